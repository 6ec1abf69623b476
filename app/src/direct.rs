//! Uploads from the browser to S3 itself: the app signs a form, S3 takes the file, the app looks at it afterwards.

use app_intake::image_format::{ImageDefect, ImageInfo, ImageKind, ImageProbe};
use app_intake::upload_rules::{PREFIX, claim_fits, is_plain_path, name_in_key};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tracing::Instrument;

use crate::App;
use crate::cleanup::Cleanup;
use crate::error::AppError;
use crate::file_upload::new_key;
use crate::storage::presigned_post::{Permission, PresignedPost};
use crate::storage::{Object, ObjectFacts, StorageError, made_of, stored_dimensions};
use crate::stored_image::StoredImage;
use crate::upload::Stored;
use crate::{limits, metrics, without_location};

/// What browsers send lies here until it was looked at: no page shows it, and it expires after a day.
const INCOMING: &str = "incoming/";

const LARGEST_REQUEST: usize = 16 * 1024;

/// What a browser wants to send.
#[derive(Debug, Deserialize)]
struct NewUpload {
    name: String,
    size: u64,
    #[serde(rename = "type", default)]
    content_type: String,
}

/// What a browser has sent.
#[derive(Debug, Deserialize)]
struct Sent {
    key: String,
}

/// `POST /direct`: a form for one file, good for ten minutes.
pub async fn presign(State(app): State<App>, request: Request) -> Result<Json<PresignedPost>, AppError> {
    let upload: NewUpload = json(request, "{\"name\", \"size\", \"type\"}").await?;
    let NewUpload { name, size, content_type } = upload;
    limits::check_size(&name, size, &app.limits)?;
    if size == 0 {
        return Err(AppError::Defect { name, defect: ImageDefect::Empty });
    }
    let mut kinds = ImageKind::ALL.into_iter();
    let kind = kinds.find(|kind| !content_type.is_empty() && says(&content_type, *kind));
    let Some(kind) = kind else { return Err(AppError::Defect { name, defect: ImageDefect::NotAnImage }) };
    let key = new_key(&name, kind)?;
    let key = key.strip_prefix(PREFIX).map_or_else(|| key.clone(), |rest| format!("{INCOMING}{rest}"));
    let permission = Permission { key: &key, content_type: kind.content_type(), size };
    Ok(Json(app.storage.presigned_post(permission).await?))
}

/// `POST /direct/complete`: makes an image of what was sent, or removes it.
pub async fn complete(State(app): State<App>, request: Request) -> Result<Response, AppError> {
    let Sent { key } = json(request, "{\"key\"}").await?;
    let Some(rest) = key.strip_prefix(INCOMING).filter(|rest| is_plain_path(rest)).map(str::to_owned) else {
        return Err(AppError::NotFound);
    };
    let turn = app.admission.turn().await?;
    // A task of its own: a client that goes away must not leave an image half moved.
    let completing = {
        let app = app.clone();
        async move {
            let _turn = turn;
            finish(&app, &key, &format!("{PREFIX}{rest}")).await
        }
    };
    let image = app.tasks.spawn(completing.in_current_span()).await;
    let image = image.map_err(|panic| AppError::Internal(Box::new(panic)))??;
    Ok((StatusCode::CREATED, Json(Stored { images: vec![image] })).into_response())
}

async fn finish(app: &App, incoming: &str, key: &str) -> Result<StoredImage, AppError> {
    let taken = moved(app, incoming, key).await;
    if taken.is_ok() {
        app.has_changed(key);
    }
    // Trouble of S3's or ours is no reason to throw away what was sent: the client may ask again.
    if !taken.as_ref().is_err_and(|error| error.status().is_server_error()) {
        let mut done = Cleanup::default();
        done.object(incoming);
        done.remove(app).await;
    }
    taken
}

/// Looks at what came in, and copies it to where the images are.
///
/// Two requests may be about the same file: a client that had no answer asks again. So what is under the image's key is
/// never deleted here, whatever fails: the other one may have promised it. It can be nothing but what was looked at.
async fn moved(app: &App, incoming: &str, key: &str) -> Result<StoredImage, AppError> {
    let object = match app.storage.get(incoming).await {
        Ok(object) => object,
        // It was moved before, and the answer was lost.
        Err(StorageError::NoSuchObject { .. }) => return stored_before(app, key).await,
        Err(error) => return Err(error.into()),
    };
    let e_tag = object.head.e_tag.clone();
    // Who has a form may send with it again: an image that is there never changes.
    let there = tag_of(app, key).await?;
    if there.is_some() && there != e_tag {
        return Err(AppError::Replaced);
    }
    let (size, info) = looked_at(app, object, name_in_key(key)).await?;
    let stored = StoredImage::new(key.to_owned(), size, info.kind, info.dimensions);
    if there.is_some() {
        return Ok(stored);
    }
    // And may do so meanwhile: only what was looked at is taken.
    let taken = if app.strip_location {
        without_location::store(app, incoming, e_tag.as_deref(), key, info).await
    } else {
        let copied = app.storage.copy(incoming, e_tag.as_deref(), key, &ObjectFacts::of(info)).await;
        copied.map_err(AppError::from)
    };
    match taken {
        Ok(()) => {
            tracing::info!(images = 1, bytes = size, "stored");
            metrics::image_stored(stored.content_type, size);
        }
        // It is gone, or another one. The other request may have taken it before.
        Err(AppError::NotFound | AppError::Replaced)
            if e_tag.is_some() && tag_of(app, key).await? == e_tag => {}
        Err(error) => return Err(error),
    }
    Ok(stored)
}

/// An image that is there already, as its upload was answered.
async fn stored_before(app: &App, key: &str) -> Result<StoredImage, AppError> {
    let object = app.storage.head(key).await?;
    let kind = object.content_type.as_deref().and_then(ImageKind::from_content_type);
    let size = object.content_length.and_then(|length| u64::try_from(length).ok());
    let (Some(kind), Some(size), Some(dimensions)) = (kind, size, stored_dimensions(object.metadata()))
    else {
        // Whatever it is, it did not come this way.
        return Err(AppError::NotFound);
    };
    Ok(StoredImage::new(key.to_owned(), size, kind, dimensions))
}

/// The tag of the file that became an object, none where there is no such object. Copies within the bucket have the tag of
/// their source, as it is the hash of their bytes; one that was changed on its way says what it was made of.
async fn tag_of(app: &App, key: &str) -> Result<Option<String>, AppError> {
    match app.storage.head(key).await {
        Ok(object) => Ok(Some(made_of(&object).or(object.e_tag).unwrap_or_default())),
        Err(StorageError::NoSuchObject { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Follows the whole file, as if it had come through the app; returns its size in bytes and what it is.
async fn looked_at(app: &App, mut object: Object, name: &str) -> Result<(u64, ImageInfo), AppError> {
    limits::check_size(name, object.head.length.unwrap_or_default(), &app.limits)?;
    let defect = |defect| AppError::Defect { name: name.to_owned(), defect };
    let mut probe = ImageProbe::new();
    let mut size = 0;
    while let Some(chunk) = object.chunk().await? {
        size += chunk.len() as u64;
        let fed = probe.feed(&chunk);
        limits::check_pixels(name, probe.largest(), &app.limits)?;
        fed.map_err(defect)?;
    }
    let info = probe.finish().map_err(defect)?;
    limits::check_pixels(name, Some(info.largest), &app.limits)?;
    if !claim_fits(object.head.content_type.as_deref(), info.kind) {
        let claimed = object.head.content_type.take().unwrap_or_default();
        return Err(AppError::ContentTypeMismatch { name: name.to_owned(), claimed, kind: info.kind });
    }
    Ok((size, info))
}

/// Here a claim is needed: it becomes a part of what is signed.
fn says(content_type: &str, kind: ImageKind) -> bool {
    let octets = content_type.to_ascii_lowercase().contains("octet-stream");
    !octets && claim_fits(Some(content_type), kind)
}

async fn json<T: DeserializeOwned>(mut request: Request, wanted: &'static str) -> Result<T, AppError> {
    DefaultBodyLimit::max(LARGEST_REQUEST).apply(&mut request);
    let value: Result<Json<T>, JsonRejection> = Json::from_request(request, &()).await;
    value.map(|Json(value)| value).map_err(|_| AppError::NotJson { wanted })
}
