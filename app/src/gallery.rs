//! `GET /`: where it runs, the upload form, the newest images.

use std::sync::Arc;

use app_intake::image_format::ImageKind;
use app_intake::upload_rules::name_in_key;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use maud::{Markup, html};
use serde::Deserialize;

use crate::App;
use crate::error::causes;
use crate::image_key::ImageKey;
use crate::newest_images::{PAGE, Page};
use crate::page::{self, TITLE, icon};
use crate::storage::{ListedImage, Listing, StorageError};
use crate::task_metadata::Task;
use crate::{limits, url};

const HTML: &str = "text/html; charset=utf-8";
const RUNTIME: &str = "Rust (axum)";

/// When the bucket may answer again.
const RETRY_SECONDS: u64 = 5;

/// What a redirect says to the page, and where in the images it begins.
#[derive(Debug, Default, Deserialize)]
pub struct HomeQuery {
    uploaded: Option<String>,
    deleted: Option<String>,
    after: Option<String>,
}

/// `GET /`
pub async fn home(State(app): State<App>, query: Result<Query<HomeQuery>, QueryRejection>) -> Response {
    // A query that is not ours is no reason to refuse the page.
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let after = query.after.as_deref().and_then(ImageKey::of).map(|ImageKey(key)| key);
    let is_older_page = after.is_some();
    let page = match after {
        None => app.newest.page().await,
        Some(after) => app.storage.newest(PAGE, Some(after)).await.map(|listing| Arc::new(Page::of(listing))),
    };
    if let Err(error) = &page {
        tracing::error!(cause = causes(error), "{error}");
    }
    let mut response = match &page {
        // What nothing is said on is the same for everyone.
        Ok(page) if flash(&query).is_none() => {
            page.html(|listing| document(&app, Ok(listing), &query, is_older_page)).into_response()
        }
        Ok(page) => document(&app, Ok(&page.listing), &query, is_older_page).into_response(),
        Err(error) => document(&app, Err(error), &query, is_older_page).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if page.is_err() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    if app.direct_upload {
        allow_direct_upload(&app, &mut response).await;
    }
    response
}

fn document(
    app: &App,
    listing: Result<&Listing, &StorageError>,
    query: &HomeQuery,
    is_older_page: bool,
) -> Bytes {
    let body = html! {
        header .top {
            h1 { (TITLE) }
            a .reload href="." { (icon(page::RELOAD)) "Reload to see which container answers" }
            (where_it_runs(app))
        }
        main {
            @if let Some(message) = flash(query) { p .flash role="status" { (message) } }
            (upload_form(app))
            section #gallery aria-labelledby="newest" {
                h2 #newest { @if is_older_page { "Older images" } @else { "Newest images" } }
                @match listing {
                    Ok(listing) => (images(listing, is_older_page)),
                    Err(_) => p .flash .bad role="alert" {
                        "The images cannot be listed at the moment: try again in a moment."
                    },
                }
            }
        }
    };
    page::document("", TITLE, &body).into_string().into()
}

/// The page's script posts files to the bucket's own address.
async fn allow_direct_upload(app: &App, response: &mut Response) {
    let address = app.storage.post_url().await;
    let uri: Option<Uri> = address.parse().ok();
    let origin = uri.as_ref().and_then(|uri| Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?)));
    match origin.and_then(|origin| HeaderValue::try_from(page::policy_with_connection_to(&origin)).ok()) {
        Some(policy) => {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        None => tracing::error!(address, "the bucket's address is malformed: direct uploads do not work"),
    }
}

fn where_it_runs(app: &App) -> Markup {
    let task = app.task.get();
    let task_definition = task.and_then(Task::task_definition);
    let facts = [
        ("Container", Some(&*app.container_id)),
        ("Runtime", Some(RUNTIME)),
        ("Launch type", task.and_then(|task| task.launch_type.as_deref())),
        ("Availability zone", task.and_then(|task| task.availability_zone.as_deref())),
        ("Task", task.and_then(Task::id)),
        ("Task definition", task_definition.as_deref()),
    ];
    html! {
        dl .where {
            @for (name, value) in facts {
                @if let Some(value) = value { div { dt { (name) } dd { (value) } } }
            }
        }
    }
}

/// Numbers only, so that a link can't put words on the page.
fn flash(query: &HomeQuery) -> Option<String> {
    if let Some(count) = query.uploaded.as_ref().and_then(|count| count.parse::<u32>().ok()) {
        return Some(if count == 1 {
            "1 image stored.".to_owned()
        } else {
            format!("{count} images stored.")
        });
    }
    query.deleted.as_ref().filter(|count| *count == "1").map(|_| "The image is deleted.".to_owned())
}

fn upload_form(app: &App) -> Markup {
    let accept = ImageKind::ALL.map(ImageKind::content_type).join(",");
    let (max_bytes, max_files) = (app.limits.max_file_bytes, app.limits.max_files);
    html! {
        form #upload method="post" enctype="multipart/form-data" action="upload" data-max-bytes=(max_bytes)
            data-max-files=(max_files) data-direct=[app.direct_upload.then_some("direct")] {
            label .drop for="file" {
                (icon(page::SEND))
                strong .with-script { u { "Choose images" } span .drop-hint { " or drop them here" } }
                strong .without-script { "Choose images" }
                span .quiet {
                    "JPEG, PNG, GIF, WebP or AVIF, " (limits::in_words(&app.limits)) "."
                }
                input #file type="file" name="fileToUpload" multiple required accept=(accept);
            }
            button .without-script type="submit" { "Upload" }
            ul #progress aria-live="polite" {}
            p #summary .flash role="status" {}
        }
    }
}

fn images(listing: &Listing, is_older_page: bool) -> Markup {
    let last = listing.images.last().filter(|_| listing.has_more);
    html! {
        @if listing.images.is_empty() {
            p .empty { @if is_older_page { "There are no older images." } @else { "No images yet. Upload the first one." } }
        } @else {
            div .images { @for image in &listing.images { (figure(image)) } }
        }
        @if is_older_page || last.is_some() {
            nav .pages aria-label="Pages" {
                @if is_older_page { a .button .plain href="." { "Newest" } }
                @if let Some(last) = last {
                    a .button .plain href=(url::older_than(&last.key)) rel="next" { "Older" }
                }
            }
        }
    }
}

fn figure(image: &ListedImage) -> Markup {
    let name = name_in_key(&image.key);
    html! {
        figure {
            a href=(url::of_image("view", &image.key)) {
                img src=(url::of_image("thumbnails", &image.key)) alt=(name) loading="lazy" decoding="async";
            }
            figcaption {
                span .name title=(name) { (name) }
                span .quiet {
                    span { (page::size(image.size)) } " "
                    @if let Some(stored) = &image.stored {
                        time datetime=(stored) { (stored.get(..10).unwrap_or(stored)) }
                    }
                }
            }
        }
    }
}
