//! The log: JSON on stdout, one line a request. Queries are left out, they may hold what nobody should read.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;

use crate::health;

/// Set by the load balancer; a longer one is not its work.
const TRACE_HEADER: &str = "x-amzn-trace-id";
const MAX_TRACE_ID: usize = 200;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Starts logging; `RUST_LOG` chooses what, `info` is the default.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false).with_env_filter(filter).init();
    // A panic is a line like every other, not a text of its own on another stream.
    std::panic::set_hook(Box::new(|panic| tracing::error!(cause = %panic, "the app has a bug")));
}

/// Logs a request when its answer is ready; whatever is logged meanwhile carries the request's id too.
pub async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let id = request_id(&request);
    let span = tracing::error_span!("request", request_id = id);
    let mut response = next.run(request).instrument(span.clone()).await;

    let status = response.status();
    if let Ok(id) = HeaderValue::try_from(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let duration_ms = started.elapsed().as_millis() as u64;
    let _entered = span.enter();
    let status_code = status.as_u16();
    if health::is_check(&path) && status.is_success() {
        tracing::debug!(request_id = id, %method, path, status = status_code, duration_ms, "request");
    } else {
        tracing::info!(request_id = id, %method, path, status = status_code, duration_ms, "request");
    }
    response
}

/// The load balancer's, as long as it is a plain one: a client can send the header as well.
fn request_id(request: &Request) -> String {
    let trace_id = request.headers().get(TRACE_HEADER).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"=;:.+/_-".contains(&byte);
        (1..=MAX_TRACE_ID).contains(&id.len()) && id.bytes().all(allowed)
    };
    trace_id.filter(plain).map_or_else(|| format!("{:032x}", fastrand::u128(..)), str::to_owned)
}
