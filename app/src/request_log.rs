//! The log: JSON on stdout, one line a request. Queries are left out, they may hold what nobody should read.

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;

/// Set by the load balancer; a longer one is not its work.
const TRACE_HEADER: &str = "x-amzn-trace-id";
const MAX_TRACE_ID: usize = 200;

/// Starts logging; `RUST_LOG` chooses what, `info` is the default.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false).with_env_filter(filter).init();
}

/// Logs a request when its answer is ready; whatever is logged meanwhile carries the request's id too.
pub async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let span = tracing::error_span!("request", request_id = request_id(&request));
    let response = next.run(request).instrument(span.clone()).await;

    let status = response.status().as_u16();
    let duration_ms = started.elapsed().as_millis() as u64;
    let _entered = span.enter();
    if is_health_check(&path) {
        tracing::debug!(%method, path, status, duration_ms, "request");
    } else {
        tracing::info!(%method, path, status, duration_ms, "request");
    }
    response
}

fn request_id(request: &Request) -> String {
    let trace_id = request.headers().get(TRACE_HEADER).and_then(|value| value.to_str().ok());
    let trace_id = trace_id.filter(|id| !id.is_empty() && id.len() <= MAX_TRACE_ID);
    trace_id.map_or_else(|| format!("{:032x}", fastrand::u128(..)), str::to_owned)
}

fn is_health_check(path: &str) -> bool {
    path.ends_with("/healthz") || path.ends_with("/readyz")
}
