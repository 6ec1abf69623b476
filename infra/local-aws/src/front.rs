//! The front: for whom a request is. What is not the local AWS's own goes through to the emulator.

mod own_calls;
mod pass_on;

use crate::ecs::Ecs;
use crate::load_balancer::LoadBalancers;
use crate::scaling::Scaling;
use crate::tasks::docker::DockerRuntime;
use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
pub use pass_on::PassOn;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// An answer's body, whoever makes it.
pub type Body = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// After an accept that failed for want of file descriptors, some may be free again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// A load balancer counts bytes, not headers: this many are never there.
const MAX_HEADERS: usize = 1000;

/// Where it says that it is up.
pub const HEALTH: &str = "/_local_aws/health";
const TASK_METADATA: &str = "/v4/";
const TASK_CREDENTIALS: &str = "/v2/credentials/";

/// All that answers here.
pub struct Front {
    /// ECS.
    pub ecs: Arc<Ecs>,
    /// Elastic Load Balancing.
    pub load_balancers: Arc<LoadBalancers>,
    /// Application Auto Scaling.
    pub scaling: Arc<Scaling>,
    /// What tasks ask about themselves.
    pub runtime: Arc<DockerRuntime>,
    /// All else.
    pub emulator: PassOn,
}

/// For whom a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    Health,
    LoadBalancer,
    Metadata,
    Credentials,
    Ecs,
    Scaling,
    LoadBalancing,
    Emulator,
}

impl Front {
    /// Answers on a listener until the program ends.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => drop(tokio::spawn(self.clone().connection(stream, peer))),
                Err(error) => {
                    eprintln!("could not accept a connection: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        // Small answers are not to wait for a segment to fill.
        let _ = stream.set_nodelay(true);
        let service = hyper::service::service_fn(move |request| {
            let front = self.clone();
            async move { Ok::<_, Infallible>(front.answer(request, peer).await) }
        });
        let mut server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
        server.http1().max_headers(MAX_HEADERS);
        // A client that goes away is not a fault.
        let _ = server.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
    }

    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        match self.addressee(&request) {
            For::Health => self.health().await,
            For::LoadBalancer => self.load_balancers.serve(request, peer).await.map(boxed),
            For::Metadata => self.metadata(request.uri().path()).await,
            For::Credentials => self.credentials(&request).await,
            For::Ecs => own_calls::ecs(&self.ecs, request).await,
            For::Scaling => own_calls::scaling(&self.scaling, request).await,
            For::LoadBalancing => own_calls::load_balancing(&self.load_balancers, request).await,
            For::Emulator => self.emulator.pass_on(request).await,
        }
    }

    fn addressee<B>(&self, request: &Request<B>) -> For {
        let path = request.uri().path();
        if path == HEALTH {
            return For::Health;
        }
        if self.load_balancers.is_for(request) {
            return For::LoadBalancer;
        }
        match path {
            _ if path.starts_with(TASK_METADATA) => For::Metadata,
            _ if path.starts_with(TASK_CREDENTIALS) => For::Credentials,
            _ => called(request),
        }
    }

    /// Up when the emulator is, too.
    async fn health(&self) -> Response<Body> {
        match self.emulator.is_up().await {
            Ok(()) => json_answer(
                StatusCode::OK,
                &json!({ "status": "running", "version": env!("CARGO_PKG_VERSION") }),
            ),
            Err(error) => {
                json_answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": error.to_string() }))
            }
        }
    }

    async fn metadata(&self, path: &str) -> Response<Body> {
        match self.runtime.metadata(path).await {
            Some(metadata) => json_answer(StatusCode::OK, &metadata),
            None => json_answer(StatusCode::NOT_FOUND, &json!("no task has this address")),
        }
    }

    async fn credentials(&self, request: &Request<Incoming>) -> Response<Body> {
        let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        match self.runtime.credentials(request.uri().path(), authorization).await {
            Some(Ok(credentials)) => json_answer(StatusCode::OK, &credentials),
            Some(Err(refusal)) => {
                let code = refusal.status.as_u16();
                let body = json!({ "code": refusal.code, "message": refusal.message, "HTTPErrorCode": code });
                json_answer(refusal.status, &body)
            }
            None => json_answer(StatusCode::NOT_FOUND, &json!("no task has this address")),
        }
    }
}

/// Which API a call is for: JSON ones name it in a header, query ones in the scope of their signature.
fn called<B>(request: &Request<B>) -> For {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some((api, _)) = header("x-amz-target").and_then(|target| target.split_once('.')) {
        return match api {
            own_calls::ECS => For::Ecs,
            own_calls::SCALING => For::Scaling,
            _ => For::Emulator,
        };
    }
    let scope = header(AUTHORIZATION.as_str()).or_else(|| request.uri().query()).unwrap_or_default();
    let is_load_balancing = ["/elasticloadbalancing/aws4_request", "%2Felasticloadbalancing%2Faws4_request"]
        .iter()
        .any(|service| scope.contains(service));
    if is_load_balancing { For::LoadBalancing } else { For::Emulator }
}

/// The body of an answer, with one kind of error.
pub fn boxed<B>(body: B) -> Body
where
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    body.map_err(Into::into).boxed_unsync()
}

fn json_answer(status: StatusCode, value: &Value) -> Response<Body> {
    text_answer(status, "application/json", value.to_string())
}

fn text_answer(status: StatusCode, content_type: &'static str, text: String) -> Response<Body> {
    let mut answer = Response::new(boxed(Full::from(text)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(header: (&str, &str)) -> For {
        called(&Request::post("/").header(header.0, header.1).body(()).unwrap())
    }

    #[test]
    fn a_json_call_names_its_api() {
        let ecs = ("x-amz-target", "AmazonEC2ContainerServiceV20141113.ListClusters");
        assert_eq!(call(ecs), For::Ecs);
        assert_eq!(call(("x-amz-target", "AnyScaleFrontendService.PutScalingPolicy")), For::Scaling);
        let ecr = ("x-amz-target", "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories");
        assert_eq!(call(ecr), For::Emulator);
    }

    #[test]
    fn a_query_call_is_told_by_its_signature() {
        let signed = |service: &str| {
            format!("AWS4-HMAC-SHA256 Credential=t/20260101/eu-west-1/{service}/aws4_request, Signature=0")
        };
        assert_eq!(call(("authorization", &signed("elasticloadbalancing"))), For::LoadBalancing);
        assert_eq!(call(("authorization", &signed("autoscaling"))), For::Emulator);
        assert_eq!(call(("accept", "text/html")), For::Emulator);
    }
}
