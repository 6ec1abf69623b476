//! Paths before they are routed: repeated slashes merged, the base path taken off.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Makes a path that came through a load balancer one that the routes know.
pub async fn rewrite(State(base_path): State<Arc<str>>, mut request: Request, next: Next) -> Response {
    match target(request.uri().path(), &base_path) {
        Target::Redirect(location) => {
            return (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response();
        }
        Target::Path(path) if path != request.uri().path() => match with_path(request.uri(), &path) {
            Ok(uri) => *request.uri_mut() = uri,
            Err(error) => return crate::error::AppError::Internal(Box::new(error)).into_response(),
        },
        Target::Path(_) => {}
    }
    next.run(request).await
}

#[derive(Debug, PartialEq, Eq)]
enum Target {
    Path(String),
    Redirect(String),
}

fn target(path: &str, base_path: &str) -> Target {
    let merged = with_single_slashes(path);
    match merged.strip_prefix(base_path) {
        _ if base_path.is_empty() => Target::Path(merged),
        // Without the slash, the page's relative links would lead out of the base path.
        Some("") => Target::Redirect(format!("{}/", base_path.rsplit('/').next().unwrap_or_default())),
        Some(rest) if rest.starts_with('/') => Target::Path(rest.to_owned()),
        _ => Target::Path(merged),
    }
}

fn with_single_slashes(path: &str) -> String {
    let mut merged = String::with_capacity(path.len());
    for part in path.split('/').filter(|part| !part.is_empty()) {
        merged.push('/');
        merged.push_str(part);
    }
    if path.ends_with('/') || merged.is_empty() {
        merged.push('/');
    }
    merged
}

fn with_path(uri: &Uri, path: &str) -> Result<Uri, axum::http::Error> {
    let path_and_query = match uri.query() {
        Some(query) => PathAndQuery::try_from(format!("{path}?{query}")),
        None => PathAndQuery::try_from(path),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path_and_query?);
    Ok(Uri::from_parts(parts)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_routes() {
        let check = |path, base_path, route: &str| {
            assert_eq!(target(path, base_path), Target::Path(route.to_owned()), "{path} under {base_path:?}");
        };
        check("/upload", "", "/upload");
        check("//upload", "", "/upload");
        check("///", "", "/");
        check("/rust/", "/rust", "/");
        check("//rust//upload", "/rust", "/upload");
        check("/some//app/images//1/a.png", "/some/app", "/images/1/a.png");
        check("/upload", "/rust", "/upload");
        check("/rusty", "/rust", "/rusty");
        check("/rust", "", "/rust");
        assert_eq!(target("/rust", "/rust"), Target::Redirect("rust/".to_owned()));
        assert_eq!(target("/a/rust", "/a/rust"), Target::Redirect("rust/".to_owned()));
    }
}
