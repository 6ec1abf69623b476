//! Keeps other sites from making a visitor's browser upload or delete something here.
//!
//! The way of Go's `CrossOriginProtection`: browsers say in `Sec-Fetch-Site` (over TLS and on localhost) or in `Origin`
//! where a request comes from; what says nothing is no browser.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::error::{AppError, refuse};

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Refuses what changes something and comes from another site.
pub async fn guard(request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if reads || is_from_here(request.headers()) {
        return next.run(request).await;
    }
    refuse(request.into_body(), AppError::CrossSite).await
}

fn is_from_here(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return ["same-origin", "none"].iter().any(|trusted| site == trusted);
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    // The scheme is left out: TLS may end at the load balancer.
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    let authority = origin.as_ref().and_then(Uri::authority).map(|authority| authority.as_str());
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    authority.is_some() && authority == host
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn only_this_site_and_programs_may_change_something() {
        let check = |headers: &[(&'static str, &'static str)], expected: bool| {
            let pairs = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            assert_eq!(is_from_here(&pairs.collect()), expected, "{headers:?}");
        };
        check(&[("host", "images.example")], true);
        check(&[("sec-fetch-site", "same-origin"), ("origin", "https://other.example")], true);
        check(&[("sec-fetch-site", "none")], true);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(
            &[("sec-fetch-site", "same-site"), ("host", "a.example"), ("origin", "http://a.example")],
            false,
        );
        check(&[("host", "images.example"), ("origin", "https://images.example")], true);
        check(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")], true);
        check(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:9090")], false);
        check(&[("host", "images.example"), ("origin", "https://images.example.evil")], false);
        check(&[("host", "images.example"), ("origin", "null")], false);
        check(&[("origin", "http://images.example")], false);
    }
}
