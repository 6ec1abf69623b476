//! A request to a target, and its answer back.

use super::answers::Answer;
use super::bodies::{Activity, Download, InFlight, Upload};
use super::headers::{for_target, strip_hop_by_hop, wants_upgrade};
use super::routes::{Front, Listening, seconds};
use super::state::TargetLive;
use super::stickiness::Choice;
use super::{LoadBalancers, upgrade};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, DATE, HeaderValue, UPGRADE};
use hyper::http::uri::PathAndQuery;
use hyper::{Request, Response, StatusCode, Version};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

const CONNECTS_WITHIN: Duration = Duration::from_secs(10);
/// Shorter than apps keep connections, most of which close them after a minute.
const POOLED_FOR: Duration = Duration::from_secs(30);
const MAX_ANSWER_HEADERS: usize = 32 * 1024;

/// The connections to all targets. What goes out on one that the target has just closed is sent again on a new one.
pub fn client() -> Client<HttpConnector, Upload> {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECTS_WITHIN));
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(POOLED_FOR)
        .http1_max_buf_size(MAX_ANSWER_HEADERS)
        .build(connector)
}

/// By which load balancer and from whom a request comes.
pub struct Hop<'a> {
    pub front: &'a Front,
    pub listener: &'a Listening,
    pub peer: SocketAddr,
    pub host: &'a str,
    /// Path and query as the target sees them.
    pub path: PathAndQuery,
}

impl LoadBalancers {
    /// Sends a request to the chosen target.
    pub(super) async fn forward(
        &self,
        request: Request<Incoming>,
        choice: Choice,
        hop: Hop<'_>,
    ) -> Result<Answer, u16> {
        let target = Arc::clone(&choice.target);
        let address = (self.resolve)(&target.target).ok_or(502u16)?;
        let (mut parts, body) = request.into_parts();
        let client_side = parts.extensions.remove::<hyper::upgrade::OnUpgrade>();
        let upgrades = parts.headers.get(UPGRADE).cloned().filter(|_| wants_upgrade(&parts.headers));
        strip_hop_by_hop(&mut parts.headers);
        for_target(&mut parts.headers, hop.front, hop.listener, hop.peer, hop.host);
        if let Some(protocol) = &upgrades {
            parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            parts.headers.insert(UPGRADE, protocol.clone());
        }
        parts.uri = format!("http://{address}{}", hop.path).parse().map_err(|_| 400u16)?;
        parts.version = Version::HTTP_11;
        let activity = Activity::new(seconds(&hop.front.attributes, "idle_timeout.timeout_seconds"));
        let request = Request::from_parts(parts, Upload::new(body, Arc::clone(&activity)));
        let in_flight = InFlight::new(Arc::clone(&target));
        let answer = self.head(request, &activity, &target).await?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Ok(answered(answer, &choice, activity, in_flight));
        }
        let client_side = client_side.filter(|_| upgrades.is_some()).ok_or(502u16)?;
        upgrade::connect(answer, client_side, in_flight, activity).ok_or(502)
    }

    async fn head(
        &self,
        request: Request<Upload>,
        activity: &Arc<Activity>,
        target: &Arc<TargetLive>,
    ) -> Result<Response<Incoming>, u16> {
        tokio::select! {
            biased;
            answer = self.client.request(request) => match answer {
                Ok(answer) => Ok(answer),
                Err(_) if activity.upload_failed() => Err(400),
                Err(error) => Err(if took_too_long(&error) { 504 } else { 502 }),
            },
            () = InFlight::cut(Arc::clone(target)) => Err(502),
            () = Arc::clone(activity).idle() => Err(if activity.uploaded() { 504 } else { 408 }),
        }
    }
}

fn answered(
    answer: Response<Incoming>,
    choice: &Choice,
    activity: Arc<Activity>,
    in_flight: InFlight,
) -> Answer {
    activity.touch();
    let (mut parts, body) = answer.into_parts();
    strip_hop_by_hop(&mut parts.headers);
    // The load balancer says when it answers.
    parts.headers.remove(DATE);
    parts.version = Version::HTTP_11;
    choice.set_cookies(&mut parts.headers);
    Response::from_parts(parts, Download::new(body, activity, in_flight).boxed())
}

fn took_too_long(error: &Error) -> bool {
    let causes = std::iter::successors(std::error::Error::source(error), |it| it.source());
    let mut io = causes.filter_map(|it| it.downcast_ref::<io::Error>());
    error.is_connect() && io.any(|it| it.kind() == io::ErrorKind::TimedOut)
}
