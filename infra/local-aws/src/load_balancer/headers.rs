//! Headers: what targets see of clients, and what goes no further than one connection.

use super::attributes::{Attributes, is};
use super::routes::{Front, Listening, on};
use hyper::HeaderMap;
use hyper::header::{CONNECTION, EXPECT, HOST, HeaderName, HeaderValue, UPGRADE};
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const HOP_BY_HOP: [&str; 8] = [
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
const MAX_FORWARDED: usize = 30;
const MAX_HEADER: usize = 16 * 1024;
const MAX_HEADERS: usize = 64 * 1024;

/// Whether these are more headers than a load balancer takes.
pub fn too_large(headers: &HeaderMap) -> bool {
    let length = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    headers.iter().any(|it| length(it) > MAX_HEADER)
        || headers.iter().map(length).sum::<usize>() > MAX_HEADERS
}

/// Whether a request comes by more proxies than a load balancer takes.
pub fn too_many_forwarded(headers: &HeaderMap) -> bool {
    let all = headers.get_all(FORWARDED_FOR).iter().filter_map(|it| it.to_str().ok());
    all.flat_map(|it| it.split(',')).count() > MAX_FORWARDED
}

/// A host header's name and port.
pub fn host_and_port(host: &str) -> (&str, Option<u16>) {
    let split = host.rsplit_once(':').and_then(|(name, port)| Some((name, port.parse().ok()?)));
    split.map_or((host, None), |(name, port)| (name, Some(port)))
}

/// Whether the client wants another protocol on the connection.
pub fn wants_upgrade(headers: &HeaderMap) -> bool {
    headers.contains_key(UPGRADE) && connection_tokens(headers).any(|it| it.eq_ignore_ascii_case("upgrade"))
}

/// What a target sees of a request.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html>
pub fn for_target(
    headers: &mut HeaderMap,
    front: &Front,
    listener: &Listening,
    peer: SocketAddr,
    host: &str,
) {
    if on(&front.attributes, "routing.http.drop_invalid_header_fields.enabled") {
        let valid =
            |name: &HeaderName| name.as_str().bytes().all(|it| it == b'-' || it.is_ascii_alphanumeric());
        let invalid: Vec<HeaderName> = headers.keys().filter(|name| !valid(name)).cloned().collect();
        invalid.iter().for_each(|name| {
            headers.remove(name);
        });
    }
    headers.remove(EXPECT);
    let keeps_host = on(&front.attributes, "routing.http.preserve_host_header.enabled");
    let host = match (keeps_host, host_and_port(host).0.to_ascii_lowercase(), listener.port) {
        (true, ..) => host.to_owned(),
        (false, name, 80 | 443) => name,
        (false, name, port) => format!("{name}:{port}"),
    };
    set(headers, HOST, &host);
    set_forwarded_for(headers, &front.attributes, peer);
    set(headers, FORWARDED_PROTO, listener.protocol);
    set(headers, FORWARDED_PORT, &listener.port.to_string());
    let trace = traced(headers.get(TRACE_ID).and_then(|it| it.to_str().ok()));
    set(headers, TRACE_ID, &trace);
}

fn set_forwarded_for(headers: &mut HeaderMap, attributes: &Attributes, peer: SocketAddr) {
    const MODE: &str = "routing.http.xff_header_processing.mode";
    if !is(attributes, MODE, "append") {
        if is(attributes, MODE, "remove") {
            headers.remove(FORWARDED_FOR);
        }
        return;
    }
    let before: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|it| it.to_str().ok()).collect();
    let before = before.join(", ");
    let address = peer.ip().to_canonical();
    let client = match on(attributes, "routing.http.xff_client_port.enabled") {
        true => SocketAddr::new(address, peer.port()).to_string(),
        false if address.is_ipv6() && !before.is_empty() => format!("[{address}]"),
        false => address.to_string(),
    };
    let all = if before.is_empty() { client } else { format!("{before}, {client}") };
    set(headers, FORWARDED_FOR, &all);
}

/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html>
fn traced(before: Option<&str>) -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let own = format!("1-{seconds:08x}-{:024x}", fastrand::u128(..) >> 32);
    let fields = before.unwrap_or_default().split(';').map(str::trim);
    let mut fields: Vec<&str> = fields.filter(|it| !it.is_empty() && !it.starts_with("Self=")).collect();
    let kind = if fields.iter().any(|it| it.starts_with("Root=")) { "Self" } else { "Root" };
    let own = format!("{kind}={own}");
    fields.insert(0, &own);
    fields.join(";")
}

/// Removes what is for one connection only.
pub fn strip_hop_by_hop(headers: &mut HeaderMap) {
    let listed: Vec<HeaderName> = connection_tokens(headers).filter_map(|it| it.parse().ok()).collect();
    headers.remove(CONNECTION);
    let names = listed.iter().map(HeaderName::as_str).chain(HOP_BY_HOP);
    for name in names {
        headers.remove(name);
    }
}

fn connection_tokens(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(CONNECTION).iter().filter_map(|it| it.to_str().ok());
    values.flat_map(|it| it.split(',')).map(str::trim)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
