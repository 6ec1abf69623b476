//! An HTTP proxy that writes down every AWS call that passes through it, and knows reads from writes.

mod edits;
mod late_answers;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
pub use edits::Edit;
use edits::edited;
pub use late_answers::LateAnswers;
use tokio::task::JoinHandle;
use url::form_urlencoded;

use crate::late_reads::Source;

const LARGEST_BODY: usize = 64 * 1024 * 1024;
/// How long a connection to an emulator is kept, so that it is not the emulator that ends it while a call is on its way.
const SHORTER_THAN_AN_EMULATORS: Duration = Duration::from_secs(2);

/// A call to AWS.
#[derive(Clone, Debug)]
pub struct Call {
    /// The service, as the request is signed for it.
    pub service: String,
    /// The operation, where the protocol names it.
    pub action: Option<String>,
    /// The HTTP method.
    pub method: Method,
    /// The path.
    pub path: String,
    /// When it came.
    pub began: Instant,
    /// When its answer went back, if it did.
    pub ended: Option<Instant>,
}

/// How long a call takes at least.
pub type Latency = fn(&Call) -> Duration;

/// A running proxy; it ends when it is dropped. Programs use it when `HTTP_PROXY` is its address.
pub struct CountingProxy {
    address: String,
    calls: Arc<Mutex<Vec<Call>>>,
    late: Option<Arc<LateAnswers>>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Forwarder {
    client: reqwest::Client,
    calls: Arc<Mutex<Vec<Call>>>,
    latency: Latency,
    late: Option<Arc<LateAnswers>>,
    edit: Option<Edit>,
}

/// What the service answered.
#[derive(Clone, Default)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// Whether it changes nothing.
    pub fn is_read(&self) -> bool {
        const READS: [&str; 6] = ["Describe", "List", "Get", "Head", "BatchGet", "BatchCheck"];
        match &self.action {
            Some(action) => READS.iter().any(|prefix| action.starts_with(prefix)),
            None => self.method == Method::GET || self.method == Method::HEAD,
        }
    }

    fn new(request: &Parts, body: &[u8]) -> Self {
        // JSON services name the operation in a header, query services in a form field, S3 not at all.
        let target = request.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
        let action = match target {
            Some(target) => target.rsplit('.').next().map(str::to_owned),
            None => {
                let mut fields = form_urlencoded::parse(body);
                fields.find(|(name, _)| name == "Action").map(|(_, action)| action.into_owned())
            }
        };
        let service = signed_for(request).unwrap_or_default().to_owned();
        let (method, path) = (request.method.clone(), request.uri.path().to_owned());
        Self { service, action, method, path, began: Instant::now(), ended: None }
    }
}

/// From `AWS4-HMAC-SHA256 Credential=test/20261125/eu-west-1/ecs/aws4_request, ...`.
fn signed_for(request: &Parts) -> Option<&str> {
    let authorization = request.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    authorization.split('/').nth(3)
}

impl CountingProxy {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// When it can't listen.
    pub async fn start() -> Self {
        Self::with_latency(|_| Duration::ZERO).await
    }

    /// Starts one whose answers take at least so long, as if AWS were far away.
    ///
    /// # Panics
    /// When it can't listen.
    pub async fn with_latency(latency: Latency) -> Self {
        Self::listen(latency, None, None).await
    }

    /// Starts one whose reads show a write only after a while.
    ///
    /// # Panics
    /// When it can't listen.
    pub async fn with_late_answers(late: LateAnswers) -> Self {
        Self::listen(|_| Duration::ZERO, Some(Arc::new(late)), None).await
    }

    /// Starts one that changes answers, to those that AWS may give and an emulator does not.
    ///
    /// # Panics
    /// When it can't listen.
    pub async fn with_edits(edit: impl Fn(&Call, &[u8], String) -> String + Send + Sync + 'static) -> Self {
        Self::listen(|_| Duration::ZERO, None, Some(Arc::new(edit))).await
    }

    async fn listen(latency: Latency, late: Option<Arc<LateAnswers>>, edit: Option<Edit>) -> Self {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let client = client.pool_idle_timeout(SHORTER_THAN_AN_EMULATORS).build();
        let client = client.unwrap_or_else(|error| panic!("there is no HTTP client: {error}"));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.unwrap_or_else(|error| panic!("the proxy can't listen: {error}"));
        let address =
            listener.local_addr().unwrap_or_else(|error| panic!("the proxy has no address: {error}"));
        let forwarder = Forwarder { client, calls: Arc::clone(&calls), latency, late: late.clone(), edit };
        let router = Router::new().fallback(forward).with_state(forwarder);
        let server = tokio::spawn(async move {
            // It ends with the test.
            axum::serve(listener, router).await.ok();
        });
        Self { address: format!("http://{address}"), calls, late, server }
    }

    /// Its address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Late answers catch up with what was written so far; after that there is nothing in the account, or something.
    ///
    /// # Panics
    /// When a request's handler has panicked.
    pub fn catch_up(&self, is_empty: bool) {
        if let Some(late) = &self.late {
            late.catch_up(is_empty);
        }
    }

    /// The calls since the last time it was asked.
    ///
    /// # Panics
    /// When a request's handler has panicked.
    pub fn take_calls(&self) -> Vec<Call> {
        let mut calls = self.calls.lock().unwrap_or_else(|_| panic!("the proxy has failed"));
        std::mem::take(&mut *calls)
    }
}

impl Drop for CountingProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn forward(State(forwarder): State<Forwarder>, request: Request) -> Response {
    match forwarder.forward(request).await {
        Ok(answer) => answer,
        Err(error) => (StatusCode::BAD_GATEWAY, format!("{error:?}")).into_response(),
    }
}

impl Forwarder {
    async fn forward(&self, request: Request) -> anyhow::Result<Response> {
        let (request, body) = request.into_parts();
        let body = to_bytes(body, LARGEST_BODY).await?;
        let call = Call::new(&request, &body);
        let place = self.begun(call.clone());
        let answer = self.answer(&call, request, body.clone()).await;
        let answer = answer.map(|answer| edited(self.edit.as_ref(), &call, &body, answer));
        tokio::time::sleep_until((call.began + (self.latency)(&call)).into()).await;
        self.has_ended(place);
        Ok(answer?.into_response())
    }

    async fn answer(&self, call: &Call, request: Parts, body: Bytes) -> anyhow::Result<Answer> {
        // The address in the request line is the emulator's: that is how a client speaks to a proxy.
        let to = request.uri.to_string();
        let Some(late) = &self.late else { return self.pass_on(request, body, to).await };
        match late.source(call, &body) {
            Source::Service => self.pass_on(request, body, to).await,
            Source::Kept(writes) => {
                let answer = self.pass_on(request, body.clone(), to).await?;
                late.keep(call, &body, writes, &answer);
                Ok(answer)
            }
            Source::Nothing => {
                let to = format!("{}{}", late.empty_account, request.uri.path());
                self.pass_on(request, body, to).await
            }
            Source::Before(answer) => Ok(answer),
        }
    }

    fn begun(&self, call: Call) -> usize {
        let Ok(mut calls) = self.calls.lock() else { return 0 };
        calls.push(call);
        calls.len() - 1
    }

    /// Those that were taken while the call was under way have no end.
    fn has_ended(&self, place: usize) {
        if let Ok(mut calls) = self.calls.lock()
            && let Some(call) = calls.get_mut(place)
        {
            call.ended = Some(Instant::now());
        }
    }

    async fn pass_on(&self, request: Parts, body: Bytes, to: String) -> anyhow::Result<Answer> {
        let mut headers = request.headers;
        for hop_by_hop in ["proxy-connection", "proxy-authorization", "connection", "transfer-encoding"] {
            headers.remove(hop_by_hop);
        }
        let answer = self.client.request(request.method, to).headers(headers).body(body).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        for of_the_connection in [header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH] {
            headers.remove(of_the_connection);
        }
        Ok(Answer { status, headers, body: answer.bytes().await? })
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, self.headers, self.body).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: Method, action: Option<&str>) -> Call {
        let action = action.map(str::to_owned);
        Call {
            service: String::new(),
            action,
            method,
            path: "/".to_owned(),
            began: Instant::now(),
            ended: None,
        }
    }

    #[test]
    fn reads_are_known_from_writes() {
        for action in ["DescribeServices", "ListTagsForResource", "GetCallerIdentity", "BatchGetImage"] {
            assert!(call(Method::POST, Some(action)).is_read(), "{action}");
        }
        for action in ["CreateCluster", "RegisterTaskDefinition", "TagResource", "UpdateService"] {
            assert!(!call(Method::POST, Some(action)).is_read(), "{action}");
        }
        assert!(call(Method::GET, None).is_read());
        assert!(!call(Method::PUT, None).is_read());
    }

    #[test]
    fn the_operation_is_found_in_the_header_and_in_the_form() {
        let json = Request::post("/").header("x-amz-target", "AmazonEC2ContainerService.ListClusters");
        let json = Call::new(&json.body(()).unwrap().into_parts().0, b"{}");
        assert_eq!(json.action.as_deref(), Some("ListClusters"));
        let query = Request::post("/").body(()).unwrap().into_parts().0;
        let query = Call::new(&query, b"Version=2010-05-08&Action=ListRoles");
        assert_eq!(query.action.as_deref(), Some("ListRoles"));
    }
}
