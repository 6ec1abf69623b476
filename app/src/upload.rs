//! `POST /upload`: streams the files of a form to S3, holding at most one part of one file in memory.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_s3::types::CompletedPart;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use serde::Serialize;
use tracing::Instrument;

use crate::App;
use crate::error::{AppError, causes, wants_json};
use crate::incoming::{Form, Part};
use crate::page;
use crate::storage::PART_BYTES;
use crate::upload_rules::{self, ImageKind, SNIFF_BYTES};

/// PHP only sees several files under a name with brackets, so both spellings are the same field.
const FIELDS: [&str; 2] = ["fileToUpload", "fileToUpload[]"];

/// An image that S3 has confirmed.
#[derive(Debug, Serialize)]
pub struct StoredImage {
    key: String,
    size: u64,
    content_type: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Stored {
    images: Vec<StoredImage>,
}

/// Stores the images of a form and answers only when all of them are in the bucket.
pub async fn upload(State(app): State<App>, request: Request) -> Result<Response, AppError> {
    let json = wants_json(request.headers());
    let form = Form::open(request, &app.limits).await?;
    // A task of its own, because this handler's future is dropped when the client goes away: the task then
    // reads the end of the body as an error, and takes back what it stored.
    let upload = app.tasks.spawn(receive(app.clone(), form).in_current_span());
    let images = upload.await.map_err(|panic| AppError::Internal(Box::new(panic)))??;
    tracing::info!(
        images = images.len(),
        bytes = images.iter().map(|image| image.size).sum::<u64>(),
        "stored"
    );
    if json {
        return Ok((StatusCode::CREATED, Json(Stored { images })).into_response());
    }
    // Not `./?`: curl sends that on as `/./?`, which is another path.
    let location = format!(".?uploaded={}", images.len());
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

/// All files or none: what was stored before a failure is deleted again.
async fn receive(app: App, mut form: Form) -> Result<Vec<StoredImage>, AppError> {
    let mut touched = Vec::new();
    let result = store_files(&app, &mut form, &mut touched).await;
    if result.is_err() {
        for key in &touched {
            if let Err(error) = app.storage.delete(key).await {
                tracing::error!(cause = causes(&error), "{error}: an image of a failed upload stays behind");
            }
        }
        form.drain().await;
    }
    result
}

/// `touched` collects every key that may exist afterwards, those of failed calls included:
/// a call that timed out here may have succeeded there.
async fn store_files(
    app: &App,
    form: &mut Form,
    touched: &mut Vec<String>,
) -> Result<Vec<StoredImage>, AppError> {
    let mut stored = Vec::new();
    while let Some(mut part) = form.next().await? {
        let Some(name) = part.chosen_file(&FIELDS) else {
            part.skip().await?;
            continue;
        };
        let file = FileUpload { app, part: &mut part, name, received: 0 };
        let result = if stored.len() < app.limits.max_files {
            file.store(touched).await
        } else {
            Err(AppError::TooManyFiles { limit: app.limits.max_files })
        };
        match result {
            Ok(image) => stored.push(image),
            Err(error) => {
                part.drain().await;
                return Err(error);
            }
        }
    }
    if stored.is_empty() { Err(AppError::NoFile) } else { Ok(stored) }
}

/// One file of the form on its way to the bucket.
struct FileUpload<'a, 'form> {
    app: &'a App,
    part: &'a mut Part<'form>,
    name: String,
    received: u64,
}

impl FileUpload<'_, '_> {
    async fn store(mut self, touched: &mut Vec<String>) -> Result<StoredImage, AppError> {
        let mut buffer = BytesMut::new();
        self.fill(&mut buffer, SNIFF_BYTES).await?;
        if buffer.is_empty() {
            return Err(AppError::EmptyFile { name: self.name });
        }
        let Some(kind) = ImageKind::sniff(&buffer) else {
            return Err(AppError::NotAnImage { name: self.name });
        };
        let key = new_key(&self.name, kind)?;
        self.fill(&mut buffer, PART_BYTES + 1).await?;
        touched.push(key.clone());
        if buffer.len() > PART_BYTES {
            self.store_in_parts(&key, kind, buffer).await?;
        } else {
            self.app.storage.put(&key, kind.content_type(), buffer.freeze()).await?;
        }
        let url = page::image_url(&key);
        Ok(StoredImage { key, size: self.received, content_type: kind.content_type(), url })
    }

    async fn store_in_parts(&mut self, key: &str, kind: ImageKind, buffer: BytesMut) -> Result<(), AppError> {
        let storage = &self.app.storage;
        let upload_id = storage.begin_parts(key, kind.content_type()).await?;
        let result = match self.send_parts(key, &upload_id, buffer).await {
            Ok(parts) => storage.complete_parts(key, &upload_id, parts).await.map_err(AppError::from),
            Err(error) => Err(error),
        };
        if result.is_err()
            && let Err(error) = storage.abort_parts(key, &upload_id).await
        {
            tracing::error!(
                cause = causes(&error),
                "{error}: its parts stay until the bucket's lifecycle rule"
            );
        }
        result
    }

    async fn send_parts(
        &mut self,
        key: &str,
        upload_id: &str,
        mut buffer: BytesMut,
    ) -> Result<Vec<CompletedPart>, AppError> {
        let mut parts = Vec::new();
        for number in 1.. {
            self.fill(&mut buffer, PART_BYTES).await?;
            if buffer.is_empty() {
                break;
            }
            let part = buffer.split_to(buffer.len().min(PART_BYTES)).freeze();
            parts.push(self.app.storage.put_part(key, upload_id, number, part).await?);
        }
        Ok(parts)
    }

    /// Reads until the buffer holds that many bytes or the file ends.
    async fn fill(&mut self, buffer: &mut BytesMut, wanted: usize) -> Result<(), AppError> {
        let limit = self.app.limits.max_file_bytes;
        while buffer.len() < wanted {
            let Some(chunk) = self.part.chunk().await? else { break };
            self.received += chunk.len() as u64;
            if self.received > limit {
                return Err(AppError::FileTooLarge { name: self.name.clone(), limit });
            }
            buffer.extend_from_slice(&chunk);
        }
        Ok(())
    }
}

fn new_key(raw_name: &str, kind: ImageKind) -> Result<String, AppError> {
    let now =
        SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| AppError::Internal(Box::new(error)))?;
    Ok(upload_rules::object_key(now, fastrand::u32(..), &upload_rules::safe_file_name(raw_name, kind)))
}
