//! The log: JSON on stdout, one line a request. Queries are left out, they may hold what nobody should read.

use std::fmt;
use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::{Map, Value};
use tracing::{Event, Instrument, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::health;

/// Set by the load balancer; a longer one is not its work.
const TRACE_HEADER: &str = "x-amzn-trace-id";
const MAX_TRACE_ID: usize = 200;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Starts logging; `RUST_LOG` chooses what, `info` is the default.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .map_event_format(FlatSpan)
        .with_env_filter(filter)
        .init();
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
    if response.extensions().get::<health::Passed>().is_some() {
        tracing::debug!(%method, path, status = status_code, duration_ms, "request");
    } else {
        tracing::info!(%method, path, status = status_code, duration_ms, "request");
    }
    response
}

/// JSON lines in which the fields of the request's span stand beside the event's own.
struct FlatSpan<F>(F);

impl<S, N, F> FormatEvent<S, N> for FlatSpan<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        let Ok(mut fields) = serde_json::from_str::<Map<String, Value>>(&line) else {
            return writer.write_str(&line);
        };
        if let Some(Value::Object(span)) = fields.remove("span") {
            fields.extend(span.into_iter().filter(|(name, _)| name != "name"));
        }
        writeln!(writer, "{}", Value::Object(fields))
    }
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
