//! What a load balancer answers by itself.

use super::actions::text;
use super::routes::Listening;
use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::header::{CONTENT_TYPE, HeaderValue, LOCATION, SERVER};
use hyper::{Response, StatusCode};
use serde_json::Value;

/// The body of an answer.
pub type AnswerBody = BoxBody<Bytes, BoxError>;
/// Why a body ended early.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// An answer.
pub type Answer = Response<AnswerBody>;

const AWSELB: &str = "awselb/2.0";
const MAX_LOCATION: usize = 8192;

/// An answer that only says its status.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html>
pub fn failure(code: u16) -> Answer {
    let status = StatusCode::from_u16(code).ok();
    let title = match code {
        405 => "Not Allowed",
        408 => "Request Time-out",
        414 => "Request-URI Too Large",
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Time-out",
        _ => status.and_then(|it| it.canonical_reason()).unwrap_or_default(),
    };
    let title = format!("{code} {title}");
    let title = title.trim_end();
    let head = format!("<head><title>{title}</title></head>");
    let page =
        format!("<html>\r\n{head}\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n");
    answer(code, "text/html", page)
}

/// The answer to a name that no load balancer has; with AWS it would not resolve.
pub fn no_such_load_balancer(name: &str) -> Answer {
    answer(404, "text/plain", format!("there is no load balancer '{name}' with a listener\n"))
}

/// A fixed response.
pub fn fixed(config: &Value) -> Answer {
    let code = text(config, "StatusCode").parse().unwrap_or(500);
    let content_type = Some(text(config, "ContentType")).filter(|it| !it.is_empty());
    answer(code, content_type.unwrap_or("text/plain"), text(config, "MessageBody").to_owned())
}

/// A redirect. The port is always written, as AWS does.
pub fn redirect(config: &Value, listener: &Listening, host: &str, path: &str, query: &str) -> Answer {
    let port = listener.port.to_string();
    let parts = [
        ("#{protocol}", listener.protocol),
        ("#{port}", &port),
        ("#{host}", host),
        ("#{path}", path.strip_prefix('/').unwrap_or(path)),
        ("#{query}", query),
    ];
    let [protocol, host, port, path, query] =
        ["Protocol", "Host", "Port", "Path", "Query"].map(|it| substitute(text(config, it), &parts));
    let mut location = format!("{}://{host}:{port}{path}", protocol.to_ascii_lowercase());
    if !query.is_empty() {
        location = format!("{location}?{query}");
    }
    if location.len() > MAX_LOCATION {
        return failure(507);
    }
    let mut answer = failure(if text(config, "StatusCode") == "HTTP_301" { 301 } else { 302 });
    match HeaderValue::from_str(&location) {
        Ok(location) => answer.headers_mut().insert(LOCATION, location),
        Err(_) => return failure(400),
    };
    answer
}

/// In one pass, so that what a client sends is never taken for a template.
fn substitute(template: &str, parts: &[(&str, &str)]) -> String {
    let (mut out, mut rest) = (String::new(), template);
    while let Some(at) = rest.find("#{") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match parts.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, value)) => {
                out.push_str(value);
                rest = &rest[name.len()..];
            }
            None => {
                out.push_str("#{");
                rest = &rest[2..];
            }
        }
    }
    out + rest
}

/// An answer of the load balancer says who made it, if the listener does not forbid it.
pub fn signed(mut answer: Answer, listener: &Listening) -> Answer {
    if !listener.says_server {
        answer.headers_mut().remove(SERVER);
    }
    answer
}

/// A body that is known.
pub fn full(bytes: impl Into<Bytes>) -> AnswerBody {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

fn answer(code: u16, content_type: &str, text: String) -> Answer {
    let mut answer = Response::new(full(text));
    *answer.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_GATEWAY);
    let content_type = HeaderValue::from_str(content_type).unwrap_or(HeaderValue::from_static("text/plain"));
    answer.headers_mut().insert(CONTENT_TYPE, content_type);
    answer.headers_mut().insert(SERVER, HeaderValue::from_static(AWSELB));
    answer
}
