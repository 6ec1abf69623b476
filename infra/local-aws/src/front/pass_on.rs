//! Requests for the emulator: passed on as they came, streamed both ways.

use super::{Body, boxed, json_answer};
use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, EXPECT, HOST, HeaderName, TE, TRANSFER_ENCODING, UPGRADE};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use std::time::Duration;

type RequestBody = UnsyncBoxBody<Bytes, hyper::Error>;

const IS_UP_WITHIN: Duration = Duration::from_secs(2);
const HEALTH: &str = "/_ministack/health";
/// What is between two neighbours alone. The server here has answered `Expect` already when a body is read.
const HOP_BY_HOP: [HeaderName; 4] = [CONNECTION, EXPECT, TE, UPGRADE];

/// The way to the emulator.
pub struct PassOn {
    address: String,
    client: Client<HttpConnector, RequestBody>,
}

/// The emulator does not answer, or not as one that is up.
#[derive(Debug, thiserror::Error)]
#[error("the emulator at {address} is not up: {why}")]
pub struct NotUp {
    address: String,
    why: String,
}

impl PassOn {
    /// To the emulator at this host and port.
    pub fn to(address: &str) -> Self {
        Self { address: address.to_owned(), client: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// Whether it is up.
    ///
    /// # Errors
    /// It is not.
    pub async fn is_up(&self) -> Result<(), NotUp> {
        let not_up = |why: String| NotUp { address: self.address.clone(), why };
        let uri = format!("http://{}{HEALTH}", self.address);
        let empty = Empty::new().map_err(|never: std::convert::Infallible| match never {}).boxed_unsync();
        let request = Request::get(uri).body(empty).map_err(|error| not_up(error.to_string()))?;
        match tokio::time::timeout(IS_UP_WITHIN, self.client.request(request)).await {
            Ok(Ok(answer)) if answer.status() == StatusCode::OK => Ok(()),
            Ok(Ok(answer)) => Err(not_up(answer.status().to_string())),
            Ok(Err(error)) => Err(not_up(error.to_string())),
            Err(_) => Err(not_up(format!("nothing came in {} s", IS_UP_WITHIN.as_secs()))),
        }
    }

    /// Passes a request on, and its answer back.
    pub async fn pass_on(&self, request: Request<Incoming>) -> Response<Body> {
        let (mut head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let Ok(uri) = Uri::try_from(format!("http://{}{path}", self.address)) else {
            return json_answer(
                StatusCode::BAD_REQUEST,
                &json!({ "message": "the request has no valid path" }),
            );
        };
        // In HTTP/2 the host is a part of the address alone.
        if let (false, Some(host)) = (head.headers.contains_key(HOST), head.uri.host())
            && let Ok(host) = host.parse()
        {
            head.headers.insert(HOST, host);
        }
        head.uri = uri;
        head.version = hyper::Version::HTTP_11;
        for name in HOP_BY_HOP {
            head.headers.remove(name);
        }
        match self.client.request(Request::from_parts(head, body.boxed_unsync())).await {
            Ok(answer) => {
                let (mut head, body) = answer.into_parts();
                for name in [CONNECTION, TRANSFER_ENCODING] {
                    head.headers.remove(name);
                }
                Response::from_parts(head, boxed(body))
            }
            Err(error) => {
                let message = format!("the emulator at {} does not answer: {error}", self.address);
                json_answer(
                    StatusCode::BAD_GATEWAY,
                    &json!({ "__type": "ServiceUnavailable", "message": message }),
                )
            }
        }
    }
}
