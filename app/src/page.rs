//! What a browser sees: the page, the error page, the style sheet. Every link is relative, because a load
//! balancer may serve the app under a path that the app cannot know.

use std::fmt::Write;
use std::sync::LazyLock;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::App;
use crate::error::{AppError, causes};
use crate::storage::ListedImage;
use crate::upload_rules::{ImageKind, PREFIX, name_in_key};

/// How many images the page shows.
const NEWEST: i32 = 24;
const RUNTIME: &str = "Rust (axum)";
const CSS: &str = include_str!("../assets/app.css");

/// Named by its content, so that clients may keep it for good.
static CSS_FILE: LazyLock<String> = LazyLock::new(|| {
    let mut name = "app-".to_owned();
    for byte in Sha256::digest(CSS).iter().take(8) {
        // Writing to a string does not fail.
        let _ = write!(name, "{byte:02x}");
    }
    name + ".css"
});

/// What stays as it is in a part of a URL's path.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const SECURITY_HEADERS: [(HeaderName, &str); 3] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
];

/// What a redirect tells the page.
#[derive(Default, Deserialize)]
pub struct Flash {
    uploaded: Option<String>,
}

/// `GET /`
pub async fn home(State(app): State<App>, flash: Result<Query<Flash>, QueryRejection>) -> Response {
    let images = app.storage.newest(NEWEST).await;
    if let Err(error) = &images {
        tracing::error!(cause = causes(error), "{error}");
    }
    // A query that is not ours is no reason to refuse the page.
    let uploaded = flash.ok().and_then(|Query(flash)| flash.uploaded?.parse::<u32>().ok());
    let body = html! {
        header {
            h1 { "Image upload" }
            dl {
                div { dt { "Container" } dd { code { (app.container_id) } } }
                div { dt { "Runtime" } dd { (RUNTIME) } }
            }
        }
        main {
            @if let Some(count) = uploaded {
                p .flash role="status" { (count) @if count == 1 { " image" } @else { " images" } " stored." }
            }
            (upload_form(&app))
            section aria-labelledby="newest" {
                h2 #newest { "Newest images" }
                @match &images {
                    Ok(images) if images.is_empty() => p .quiet { "No images yet. Upload the first one." },
                    Ok(images) => div .images { @for image in images { (figure(image)) } },
                    Err(_) => p .flash.bad role="alert" { "The images cannot be listed at the moment." },
                }
            }
        }
    };
    ([(header::CACHE_CONTROL, "no-store")], document("./", "Image upload", &body)).into_response()
}

/// `GET /assets/app-<hash>.css`. Any hash gets the style sheet, because during a rolling update a page of one
/// version may ask a task of the other; only the right one may be kept.
pub async fn asset(Path(file): Path<String>) -> Result<Response, AppError> {
    if !(file.starts_with("app-") && file.ends_with(".css")) {
        return Err(AppError::NotFound);
    }
    let keep = if file == *CSS_FILE { "public, max-age=31536000, immutable" } else { "no-store" };
    Ok(([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, keep)], CSS)
        .into_response())
}

/// The page of a request that failed.
pub fn error(root: &str, status: StatusCode, message: &str) -> Markup {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = html! {
        header { h1 { (title) } }
        main {
            p .flash.bad role="alert" { (message) }
            p { a href=(root) { "Back to the images" } }
        }
    };
    document(root, title, &body)
}

/// Adds the headers that keep a browser from doing more than the page needs.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in SECURITY_HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// From a path back to the page: `/images/a/b` is two levels down.
pub fn root_from(path: &str) -> String {
    let below = path.trim_start_matches('/').matches('/').count();
    if below == 0 { "./".to_owned() } else { "../".repeat(below) }
}

/// Where the page finds the image of a key, relative to itself.
pub fn image_url(key: &str) -> String {
    let parts = key.strip_prefix(PREFIX).unwrap_or(key).split('/');
    let encoded = parts.map(|part| utf8_percent_encode(part, UNRESERVED).to_string());
    format!("images/{}", encoded.collect::<Vec<_>>().join("/"))
}

/// A size that a person reads.
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| bytes >= *unit) else {
        return format!("{bytes} bytes");
    };
    let tenths = (u128::from(bytes) * 10 / u128::from(unit)) as u64;
    if tenths.is_multiple_of(10) {
        format!("{} {name}", tenths / 10)
    } else {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    }
}

fn upload_form(app: &App) -> Markup {
    let accept = ImageKind::ALL.map(ImageKind::content_type).join(",");
    html! {
        form method="post" enctype="multipart/form-data" action="upload" {
            label for="file" { "Choose images" }
            input #file type="file" name="fileToUpload" accept=(accept) multiple required
                aria-describedby="limits";
            button type="submit" { "Upload" }
            p #limits .quiet {
                "JPEG, PNG, GIF, WebP or AVIF, up to " (size(app.limits.max_file_bytes)) " each, "
                (app.limits.max_files) " at a time."
            }
        }
    }
}

fn figure(image: &ListedImage) -> Markup {
    let url = image_url(&image.key);
    let name = name_in_key(&image.key);
    html! {
        figure {
            a href=(url) { img src=(url) alt=(name) loading="lazy" decoding="async"; }
            figcaption {
                span .name title=(name) { (name) }
                span .quiet {
                    (size(image.size))
                    @if let Some(stored) = &image.stored {
                        " · " time datetime=(stored) { (stored.get(..10).unwrap_or(stored)) }
                    }
                }
            }
        }
    }
}

fn document(root: &str, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href={ (root) "assets/" (*CSS_FILE) };
            }
            body { (body) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        let check = |bytes, text: &str| assert_eq!(size(bytes), text);
        check(0, "0 bytes");
        check(1023, "1023 bytes");
        check(1536, "1.5 KiB");
        check(20 * 1024 * 1024, "20 MiB");
        check(u64::MAX, "17179869183.9 GiB");
    }

    #[test]
    fn urls_are_encoded_part_by_part() {
        assert_eq!(image_url("uploads/82-1/a b?#%.png"), "images/82-1/a%20b%3F%23%25.png");
        assert_eq!(image_url("uploads/82-1/猫.png"), "images/82-1/%E7%8C%AB.png");
    }

    #[test]
    fn the_way_back_is_relative() {
        let check = |path, root: &str| assert_eq!(root_from(path), root, "{path}");
        check("/upload", "./");
        check("/", "./");
        check("//upload", "./");
        check("/images/a/b", "../../");
    }
}
