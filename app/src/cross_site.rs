//! Keeps other sites from making a visitor's browser upload or delete something here.
//!
//! The way of Go's `CrossOriginProtection`: browsers say in `Sec-Fetch-Site` (over TLS and on localhost) or in `Origin`
//! where a request comes from; what says nothing is not a browser. The PHP app has the same rules and the same cases.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::error::{AppError, refuse};

const SEC_FETCH_SITE: &str = "sec-fetch-site";
const FORWARDED_HOST: &str = "x-forwarded-host";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// What is known of whoever passes requests on to us.
#[derive(Clone, Copy, Debug, Default)]
pub struct BeforeUs {
    /// Whether it always sets `X-Forwarded-Host` and `X-Forwarded-Proto`.
    pub sets_forwarded: bool,
    /// Whether browsers reach it by HTTPS alone.
    pub speaks_tls: bool,
}

/// Refuses what changes something and comes from another site.
pub async fn guard(State(before_us): State<BeforeUs>, request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if reads || is_from_here(request.headers(), before_us) {
        return next.run(request).await;
    }
    refuse(request.into_body(), AppError::CrossSite).await
}

fn is_from_here(headers: &HeaderMap, before_us: BeforeUs) -> bool {
    // An empty header says nothing.
    if let Some(site) = headers.get(SEC_FETCH_SITE).filter(|site| !site.is_empty()) {
        return ["same-origin", "none"].iter().any(|trusted| site == trusted);
    }
    let mut origins = headers.get_all(header::ORIGIN).iter().filter(|origin| !origin.is_empty());
    match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) => origin
            .to_str()
            .ok()
            .and_then(|origin| is_origin_of_site(origin, headers, before_us))
            .unwrap_or(false),
        (Some(_), Some(_)) => false,
    }
}

/// Whether this is the origin of the site that a request is for; none where it is not the origin of a web page, or there is
/// no such site.
fn is_origin_of_site(origin: &str, headers: &HeaderMap, before_us: BeforeUs) -> Option<bool> {
    let (scheme, authority) = origin.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let usual_port = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let from = host_and_port(authority, usual_port)?;
    let forwarded = |name| first(headers, name).filter(|_| before_us.sets_forwarded);
    let host = forwarded(FORWARDED_HOST).or_else(|| first(headers, header::HOST.as_str()))?;
    // Of the scheme only the usual port counts: TLS may end before us, and before whoever forwards to us.
    let (host, mut port) = host_and_port(host, usual_port)?;
    let asked_by = if before_us.speaks_tls { Some("https") } else { forwarded(FORWARDED_PROTO) };
    if let Some(asked_by) = asked_by.map(str::to_ascii_lowercase) {
        if (scheme.as_str(), asked_by.as_str()) == ("http", "https") {
            return Some(false);
        }
        // The usual port of a scheme that the browser did not use is one of the proxy's.
        if asked_by == scheme && [80, 443].contains(&port) {
            port = usual_port;
        }
    }
    Some(from == (host, port))
}

/// The first in a list, which is what the outermost proxy wrote; none where there is nothing.
fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?;
    value.split(',').next().map(str::trim).filter(|first| !first.is_empty())
}

/// `Host:Port` with the host in lower case, and the usual port where there is none.
fn host_and_port(authority: &str, usual_port: u16) -> Option<(String, u16)> {
    let (host, port) = match authority.rfind(']') {
        // The colons within brackets are of an address.
        Some(end) => authority.split_at(end + 1),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port = match port.strip_prefix(':') {
        Some("") => usual_port,
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse().ok()?,
        None if port.is_empty() => usual_port,
        _ => return None,
    };
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"/?#@\\,[]:".contains(&byte);
    let is_in_brackets = |byte: u8| byte.is_ascii_hexdigit() || b":.".contains(&byte);
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_host = match bracketed {
        Some(address) => !address.is_empty() && address.bytes().all(is_in_brackets),
        None => !host.is_empty() && host.bytes().all(is_plain),
    };
    is_host.then(|| (host.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use axum::http::{HeaderName, HeaderValue};
    use serde::Deserialize;

    use super::*;

    /// One of the cases that both apps are held to.
    #[derive(Deserialize)]
    struct Case {
        what: String,
        headers: BTreeMap<String, String>,
        #[serde(default)]
        trusted: bool,
        #[serde(default)]
        behind_tls: bool,
        allowed: bool,
    }

    #[test]
    fn only_this_site_and_programs_may_change_something() {
        let cases = include_str!("../../php-app/tests/cross_site.json");
        let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
        assert!(cases.len() > 50);
        for Case { what, headers, trusted, behind_tls, allowed } in cases {
            let mut all = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("a.example"))]);
            for (name, value) in headers {
                all.insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
            }
            let before_us = BeforeUs { sets_forwarded: trusted, speaks_tls: behind_tls };
            assert_eq!(is_from_here(&all, before_us), allowed, "{what}: {all:?}");
        }
    }

    #[test]
    fn two_origins_are_none_and_neither_is_a_request_without_a_host() {
        let value = HeaderValue::from_static;
        let here = [(header::HOST, value("a.example")), (header::ORIGIN, value("http://a.example"))];
        let mut twice = HeaderMap::from_iter(here);
        twice.append(header::ORIGIN, value("http://evil.example"));
        assert!(!is_from_here(&twice, BeforeUs::default()));
        let no_host = HeaderMap::from_iter([(header::ORIGIN, value("http://a.example"))]);
        assert!(!is_from_here(&no_host, BeforeUs::default()));
    }
}
