//! `GET /view/...`: one image with what is known of it, a link to copy, and a way to delete it.

use app_intake::image_format::{Dimensions, ImageKind};
use app_intake::upload_rules::name_in_key;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::DateTimeFormat;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::App;
use crate::error::AppError;
use crate::image_key::ImageKey;
use crate::page::{self, TITLE, icon};
use crate::storage::stored_dimensions;
use crate::url;

/// From `/view/ID/NAME` to the home page.
const ROOT: &str = "../../";

/// `GET /view/...`
pub async fn view(State(app): State<App>, ImageKey(key): ImageKey) -> Result<Response, AppError> {
    let object = app.storage.head(&key).await?;
    let name = name_in_key(&key);
    let image = format!("{ROOT}{}", url::of_image("images", &key));
    let dimensions = stored_dimensions(object.metadata());
    let (width, height) = dimensions.map(|size| (size.width, size.height)).unzip();
    let body = html! {
        header .top {
            a .back href=(ROOT) { (icon(page::BACK)) "All images" }
            h1 { (name) }
        }
        main .view {
            a .picture href=(image) { img src=(image) alt=(name) width=[width] height=[height]; }
            div .about {
                (facts(&object, dimensions))
                div .share {
                    label .with-script for="link" { "Link to the image" }
                    input #link .with-script readonly value=(image);
                    button #copy .with-script type="button" { "Copy link" }
                    a .without-script href=(image) { "Link to the image" }
                    a .button .plain href=(image) download=(name) { "Download" }
                }
                (delete(&key))
            }
        }
    };
    let page = page::document(ROOT, &format!("{name} · {TITLE}"), &body);
    Ok(([(header::CACHE_CONTROL, "no-store")], page).into_response())
}

fn facts(object: &HeadObjectOutput, dimensions: Option<Dimensions>) -> Markup {
    let size = object.content_length.and_then(|length| u64::try_from(length).ok());
    let kind = object.content_type.as_deref().and_then(ImageKind::from_content_type);
    let stored = object.last_modified.and_then(|at| at.fmt(DateTimeFormat::DateTime).ok());
    html! {
        dl {
            @if let Some(size) = size { div { dt { "Size" } dd { (page::size(size)) } } }
            @if let Some(kind) = kind { div { dt { "Type" } dd { (kind.content_type()) } } }
            @if let Some(Dimensions { width, height }) = dimensions {
                div { dt { "Dimensions" } dd { (width) " × " (height) " pixels" } }
            }
            @if let Some(stored) = &stored {
                div { dt { "Stored" } dd { time datetime=(stored) { (stored) } } }
            }
        }
    }
}

/// Opening the details and pressing the button is the confirmation: it works without a script.
fn delete(key: &str) -> Markup {
    html! {
        details {
            summary { "Delete…" }
            form method="post" action={ (ROOT) (url::of_image("delete", key)) } {
                p .quiet { "The image is deleted for everyone, and nothing brings it back." }
                button .danger type="submit" { "Delete for good" }
            }
        }
    }
}
