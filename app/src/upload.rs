//! `POST /upload`: streams the files of a form to S3, holding at most one part of one file in memory.

use app_intake::form::{Form, Part};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tracing::Instrument;

use crate::App;
use crate::cleanup::Cleanup;
use crate::error::{AppError, refuse, wants_json};
use crate::file_upload::FileUpload;
use crate::stored_image::StoredImage;
use crate::{limits, metrics};

/// PHP only sees several files under a name with brackets, so both spellings are the same field.
const FIELDS: [&str; 2] = ["fileToUpload", "fileToUpload[]"];

/// The answer to an upload.
#[derive(Debug, Serialize)]
pub struct Stored {
    /// All images of the request, in their order.
    pub images: Vec<StoredImage>,
}

/// Stores the images of a form and answers only when all of them are in the bucket.
pub async fn upload(State(app): State<App>, request: Request) -> Response {
    let json = wants_json(request.headers());
    let turn = match app.admission.turn().await {
        Ok(turn) => turn,
        Err(error) => return refuse(request.into_body(), error).await,
    };
    let (content_type, declared) = described(request.headers());
    if let Err(error) = Form::check(content_type.as_deref(), declared, &app.limits) {
        return refuse(request.into_body(), app.form_error(error)).await;
    }
    // A task of its own, because this handler's future is dropped when the client goes away: the task then
    // reads the end of the body as an error, and takes back what it stored.
    let receiving = {
        let app = app.clone();
        async move {
            let _turn = turn;
            receive(&app, request, content_type.as_deref(), declared).await
        }
    };
    let images = match app.tasks.spawn(receiving.in_current_span()).await {
        Ok(Ok(images)) => images,
        Ok(Err(error)) => return error.into_response(),
        Err(panic) => return AppError::Internal(Box::new(panic)).into_response(),
    };
    if json {
        return (StatusCode::CREATED, Json(Stored { images })).into_response();
    }
    // Not `./?`: curl sends that on as `/./?`, which is another path.
    let location = format!(".?uploaded={}", images.len());
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Content type and length, as the client says.
fn described(headers: &HeaderMap) -> (Option<String>, Option<u64>) {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    (
        text(header::CONTENT_TYPE).map(str::to_owned),
        text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok()),
    )
}

/// All files or none: what was stored before a failure is deleted again.
async fn receive(
    app: &App,
    request: Request,
    content_type: Option<&str>,
    declared: Option<u64>,
) -> Result<Vec<StoredImage>, AppError> {
    let body = request.into_body().into_data_stream();
    let form = Form::open(content_type, declared, body, &app.limits);
    let mut form = form.map_err(|error| app.form_error(error))?;
    let mut cleanup = Cleanup::default();
    let result = store_files(app, &mut form, declared, &mut cleanup).await;
    match &result {
        Ok(images) => {
            let bytes: u64 = images.iter().map(|image| image.size).sum();
            tracing::info!(images = images.len(), bytes, "stored");
            for image in images {
                app.has_changed(&image.key);
                metrics::image_stored(image.content_type, image.size);
            }
        }
        Err(_) => {
            cleanup.remove(app).await;
            form.drain().await;
        }
    }
    result
}

async fn store_files(
    app: &App,
    form: &mut Form,
    declared: Option<u64>,
    cleanup: &mut Cleanup,
) -> Result<Vec<StoredImage>, AppError> {
    let mut stored = Vec::new();
    while let Some(part) = form.next().await.map_err(|error| app.form_error(error))? {
        let Some(name) = part.chosen_file(&FIELDS) else {
            continue;
        };
        stored.push(store_file(app, part, name, stored.len(), declared, cleanup).await?);
    }
    if stored.is_empty() { Err(AppError::NoFile) } else { Ok(stored) }
}

async fn store_file(
    app: &App,
    part: Part<'_>,
    name: String,
    stored: usize,
    declared: Option<u64>,
    cleanup: &mut Cleanup,
) -> Result<StoredImage, AppError> {
    limits::check_count(stored, &app.limits)?;
    FileUpload::new(app, part, name, declared).store(cleanup).await
}
