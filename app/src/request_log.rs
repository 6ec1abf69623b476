//! The log: JSON on stdout, one line a request. Queries are left out, they may hold what nobody should read.

use std::fmt;
use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Instrument, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, SubscriberBuilder};
use tracing_subscriber::registry::LookupSpan;

use crate::health;

/// Set by the load balancer; a longer one is not its work.
const TRACE_HEADER: &str = "x-amzn-trace-id";
const MAX_TRACE_ID: usize = 200;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Starts logging; `RUST_LOG` chooses what, `info` is the default.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    subscriber().with_env_filter(filter).init();
    // A panic is a line like every other, not a text of its own on another stream.
    std::panic::set_hook(Box::new(|panic| tracing::error!(cause = %panic, "the app has a bug")));
}

fn subscriber() -> SubscriberBuilder<JsonFields, FlatLine> {
    tracing_subscriber::fmt().fmt_fields(JsonFields::new()).event_format(FlatLine)
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

/// JSON lines in which the fields of the request's span stand beside the event's own. `json-subscriber` does this too, and adds
/// the span's name to each line.
struct FlatLine;

impl<S, N> FormatEvent<S, N> for FlatLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        let mut line = Line::default();
        line.add("timestamp", timestamp.as_str());
        line.add("level", event.metadata().level().as_str());
        line.add("target", event.metadata().target());
        event.record(&mut line);
        if let Some(span) = context.lookup_current()
            && let Some(of_span) = span.extensions().get::<FormattedFields<N>>()
            && let Some(fields) = of_span.strip_prefix('{').and_then(|fields| fields.strip_suffix('}'))
            && !fields.is_empty()
        {
            line.begin_field();
            line.0.extend_from_slice(fields.as_bytes());
        }
        // JSON is UTF-8.
        writeln!(writer, "{}}}", String::from_utf8_lossy(&line.0))
    }
}

/// The fields of an event as JSON, one after the other.
#[derive(Default)]
struct Line(Vec<u8>);

impl Line {
    fn add(&mut self, name: &str, value: impl Serialize) {
        self.begin_field();
        self.write(name);
        self.0.push(b':');
        self.write(value);
    }

    fn begin_field(&mut self) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
    }

    fn write(&mut self, value: impl Serialize) {
        // Text and numbers always can be, and into memory.
        drop(serde_json::to_writer(&mut self.0, &value));
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), value);
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

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_has_the_fields_of_the_event_and_of_its_span() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber().with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(port = 80, bucket = "b", "listening");
            let _span = tracing::error_span!("request", request_id = "a\"b").entered();
            let (method, cause) = ("GET", io::Error::other("bad"));
            tracing::warn!(%method, cause = %cause, is_late = true, seconds = 1.5, none = None::<u32>, "slow\n");
            tracing::debug!("not logged");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let times = text.split('"').filter(|part| part.starts_with("20")).map(str::to_owned);
        let text = times.fold(text.clone(), |text, time| text.replace(&time, "TIME"));
        assert_eq!(
            text,
            r#"{"timestamp":"TIME","level":"INFO","target":"app::request_log::tests","message":"listening","port":80,"bucket":"b"}
{"timestamp":"TIME","level":"WARN","target":"app::request_log::tests","message":"slow\n","method":"GET","cause":"bad","is_late":true,"seconds":1.5,"request_id":"a\"b"}
"#
        );
    }
}
