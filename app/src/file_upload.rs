//! One file of a form on its way to the bucket, looked at while it passes.

use std::time::{SystemTime, UNIX_EPOCH};

use app_intake::form::Part;
use app_intake::image_format::{ImageDefect, ImageInfo, ImageKind, ImageProbe, SNIFF_BYTES};
use app_intake::location::Stripper;
use app_intake::upload_rules::{claim_fits, object_key, safe_file_name};
use aws_sdk_s3::types::CompletedPart;
use bytes::{Bytes, BytesMut};

use crate::App;
use crate::admission::Memory;
use crate::cleanup::Cleanup;
use crate::error::AppError;
use crate::limits;
use crate::storage::{ObjectFacts, PART_BYTES};
use crate::stored_image::StoredImage;

/// What comes in one piece beyond a part's end is held, too.
const SLACK_BYTES: usize = 256 * 1024;

/// One file on its way.
pub struct FileUpload<'a, 'form> {
    app: &'a App,
    part: Part<'form>,
    name: String,
    /// No file is longer than its request.
    at_most: Option<u64>,
    probe: ImageProbe,
    /// Takes the position out of what is stored, if that is wanted.
    stripper: Option<Stripper>,
    received: u64,
    ended: bool,
}

impl<'a, 'form> FileUpload<'a, 'form> {
    /// The file in a part of a form whose request has this length, if the client said it.
    pub fn new(app: &'a App, part: Part<'form>, name: String, declared: Option<u64>) -> Self {
        let probe = ImageProbe::new();
        Self { app, part, name, at_most: declared, probe, stripper: None, received: 0, ended: false }
    }

    /// Stores it. `cleanup` collects every key that may exist afterwards, those of failed calls included:
    /// a call that timed out here may have succeeded there.
    pub async fn store(mut self, cleanup: &mut Cleanup) -> Result<StoredImage, AppError> {
        let mut buffer = BytesMut::new();
        // A file that waits for its memory holds no more than what decides what it is.
        self.fill(&mut buffer, SNIFF_BYTES).await?;
        let deciding = ImageKind::sniff_bytes(&buffer);
        self.fill(&mut buffer, deciding).await?;
        let kind = self.kind(&buffer)?;
        let _memory = memory_for(self.app, self.at_most, &mut buffer).await?;
        self.begin_to_strip(kind, &mut buffer);
        let key = new_key(&self.name, kind)?;
        self.fill(&mut buffer, PART_BYTES + 1).await?;
        let info = if self.ended && buffer.len() <= PART_BYTES {
            let info = self.end()?;
            cleanup.object(&key);
            self.app.storage.put(&key, &ObjectFacts::of(info), buffer.freeze()).await?;
            info
        } else {
            self.store_in_parts(&key, kind, buffer, cleanup).await?
        };
        Ok(StoredImage::new(key, self.received, info.kind, info.dimensions))
    }

    /// What it is, and that it is not said to be something else.
    fn kind(&self, head: &[u8]) -> Result<ImageKind, AppError> {
        let defect = if head.is_empty() { ImageDefect::Empty } else { ImageDefect::NotAnImage };
        let Some(kind) = ImageKind::sniff(head) else { return Err(self.defect(defect)) };
        let claimed = self.part.claimed_type();
        if claim_fits(claimed.as_deref(), kind) {
            return Ok(kind);
        }
        Err(AppError::ContentTypeMismatch {
            name: self.name.clone(),
            claimed: claimed.unwrap_or_default(),
            kind,
        })
    }

    /// From here on what is received is stored without its position; what is there already goes the same way.
    fn begin_to_strip(&mut self, kind: ImageKind, buffer: &mut BytesMut) {
        if self.app.strip_location {
            let stripper = self.stripper.insert(Stripper::new(kind));
            feed_again(stripper, buffer);
            if self.ended {
                stripper.end(buffer);
            }
        }
    }

    async fn store_in_parts(
        &mut self,
        key: &str,
        kind: ImageKind,
        mut buffer: BytesMut,
        cleanup: &mut Cleanup,
    ) -> Result<ImageInfo, AppError> {
        let storage = &self.app.storage;
        let facts = ObjectFacts {
            content_type: kind.content_type(),
            dimensions: self.probe.dimensions(),
            made_of: None,
        };
        cleanup.parts(key);
        let upload_id = storage.begin_parts(key, &facts).await?;
        let mut parts: Vec<CompletedPart> = Vec::new();
        for number in 1.. {
            self.fill(&mut buffer, PART_BYTES).await?;
            if buffer.is_empty() {
                break;
            }
            let part: Bytes = buffer.split_to(buffer.len().min(PART_BYTES)).freeze();
            parts.push(storage.put_part(key, &upload_id, number, part).await?);
            // The part is sent and gone, so its memory is used again.
            buffer.reserve(PART_BYTES.saturating_sub(buffer.len()));
        }
        let info = self.end()?;
        storage.complete_parts(key, &upload_id, parts).await?;
        if facts.dimensions != Some(info.dimensions) {
            // They, or what changes them, came too late to be stored with the first part.
            storage.copy(key, None, key, &ObjectFacts::of(info)).await?;
        }
        Ok(info)
    }

    /// Reads until the buffer holds that many bytes or the file ends.
    async fn fill(&mut self, buffer: &mut BytesMut, wanted: usize) -> Result<(), AppError> {
        while buffer.len() < wanted && !self.ended {
            let Some(chunk) = self.part.chunk().await.map_err(|error| self.app.form_error(error))? else {
                self.ended = true;
                if let Some(stripper) = &mut self.stripper {
                    stripper.end(buffer);
                }
                break;
            };
            self.received += chunk.len() as u64;
            limits::check_size(&self.name, self.received, &self.app.limits)?;
            let fed = self.probe.feed(&chunk);
            limits::check_pixels(&self.name, self.probe.largest(), &self.app.limits)?;
            fed.map_err(|defect| self.defect(defect))?;
            match &mut self.stripper {
                Some(stripper) => stripper.feed(&chunk, buffer),
                None => buffer.extend_from_slice(&chunk),
            }
        }
        Ok(())
    }

    /// The whole file was read: is the whole image there?
    fn end(&mut self) -> Result<ImageInfo, AppError> {
        let probe = std::mem::replace(&mut self.probe, ImageProbe::new());
        let info = probe.finish().map_err(|defect| self.defect(defect))?;
        limits::check_pixels(&self.name, Some(info.largest), &self.app.limits)?;
        Ok(info)
    }

    fn defect(&self, defect: ImageDefect) -> AppError {
        AppError::Defect { name: self.name.clone(), defect }
    }
}

/// Room for one part, or for the whole file where that is less.
async fn memory_for(app: &App, at_most: Option<u64>, buffer: &mut BytesMut) -> Result<Memory, AppError> {
    let part = PART_BYTES + SLACK_BYTES;
    let wanted = at_most.and_then(|most| usize::try_from(most).ok()).map_or(part, |most| most.min(part));
    let memory = app.admission.memory(wanted).await?;
    // In one piece at once: growing would copy, and hold old and new at the same time.
    buffer.reserve(wanted.saturating_sub(buffer.len()));
    Ok(memory)
}

/// Takes out what a buffer holds and puts what becomes of it into the same memory: a buffer that is split off would leave
/// less, and the rest would grow beyond what was counted.
fn feed_again(stripper: &mut Stripper, buffer: &mut BytesMut) {
    let head = buffer.to_vec();
    buffer.clear();
    stripper.feed(&head, buffer);
}

/// A key that nothing is stored under.
pub fn new_key(raw_name: &str, kind: ImageKind) -> Result<String, AppError> {
    let now =
        SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| AppError::Internal(Box::new(error)))?;
    Ok(object_key(now, fastrand::u32(..), &safe_file_name(raw_name, kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_another_way_stays_in_the_memory_that_was_counted() {
        let mut buffer = BytesMut::with_capacity(PART_BYTES);
        buffer.extend_from_slice(&[0xFF; 4000]);
        feed_again(&mut Stripper::new(ImageKind::Gif), &mut buffer);
        assert_eq!((buffer.len(), buffer.capacity()), (4000, PART_BYTES));
    }
}
