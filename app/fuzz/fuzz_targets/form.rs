//! Any body comes to an end, gives the same files in pieces as in one, and no more than went in; and the same parts as
//! `multer` finds.

#![no_main]

use std::convert::Infallible;

use app_intake::form::{Form, FormError};
use app_intake::image_format::ImageKind;
use app_intake::limits::UploadLimits;
use app_intake::upload_rules;
use bytes::Bytes;
use futures::stream;
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Builder;

const LIMITS: UploadLimits = UploadLimits { max_file_bytes: 1024, max_files: 2, ..UploadLimits::DEFAULT };

const FORM: &str = "multipart/form-data; boundary=b";

fuzz_target!(|body: &[u8]| {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime starts");
    let whole = runtime.block_on(files(&[body]));
    let in_pieces = runtime.block_on(files(&app_fuzz::pieces(body)));
    assert_eq!(whole, in_pieces);
    // It takes no control characters in heads, holds heads of any length, and counts no parts.
    if body.len() < 8 * 1024 && body.iter().all(|byte| !byte.is_ascii_control() || b"\r\n".contains(byte)) {
        let parts = runtime.block_on(parts(&app_fuzz::pieces(body)));
        assert_eq!(parts.ok(), runtime.block_on(parts_by_multer(body)).ok());
    }
    let files = whole.unwrap_or_default();
    let bytes: usize = files.iter().map(|(name, content)| name.len() + content.len()).sum();
    // A byte of a name that is not UTF-8 becomes three.
    assert!(bytes <= 3 * body.len() && body.len() as u64 <= LIMITS.max_body_bytes());
});

fn chunks(pieces: &[&[u8]]) -> Vec<Result<Bytes, Infallible>> {
    pieces.iter().map(|piece| Ok(Bytes::copy_from_slice(piece))).collect()
}

/// The contents of all parts.
async fn parts(pieces: &[&[u8]]) -> Result<Vec<Vec<u8>>, FormError> {
    let mut form = Form::open(Some(FORM), None, stream::iter(chunks(pieces)), &LIMITS)?;
    let mut parts = Vec::new();
    while let Some(mut part) = form.next().await? {
        let mut content = Vec::new();
        while let Some(bytes) = part.chunk().await? {
            content.extend_from_slice(&bytes);
        }
        parts.push(content);
    }
    Ok(parts)
}

async fn parts_by_multer(body: &[u8]) -> Result<Vec<Vec<u8>>, multer::Error> {
    let mut form = multer::Multipart::new(stream::iter(chunks(&[body])), "b");
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await? {
        parts.push(field.bytes().await?.to_vec());
    }
    Ok(parts)
}

/// The names and contents of a body's files.
async fn files(pieces: &[&[u8]]) -> Result<Vec<(String, Vec<u8>)>, FormError> {
    let mut form = Form::open(Some(FORM), None, stream::iter(chunks(pieces)), &LIMITS)?;
    let mut files = Vec::new();
    while let Some(mut part) = form.next().await? {
        let Some(name) = part.chosen_file(&["f"]) else {
            continue;
        };
        upload_rules::claim_fits(part.claimed_type().as_deref(), ImageKind::Png);
        let mut content = Vec::new();
        while let Some(bytes) = part.chunk().await? {
            assert!(!bytes.is_empty());
            content.extend_from_slice(&bytes);
        }
        files.push((name, content));
    }
    form.drain().await;
    Ok(files)
}
