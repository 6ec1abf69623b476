//! Any body comes to an end, gives the same files in pieces as in one, and no more than went in.

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

fuzz_target!(|body: &[u8]| {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime starts");
    let whole = runtime.block_on(files(&[body]));
    let in_pieces = runtime.block_on(files(&app_fuzz::pieces(body)));
    assert_eq!(whole, in_pieces);
    let files = whole.unwrap_or_default();
    let bytes: usize = files.iter().map(|(name, content)| name.len() + content.len()).sum();
    // A byte of a name that is not UTF-8 becomes three.
    assert!(bytes <= 3 * body.len() && body.len() as u64 <= LIMITS.max_body_bytes());
});

/// The names and contents of a body's files.
async fn files(pieces: &[&[u8]]) -> Result<Vec<(String, Vec<u8>)>, FormError> {
    let pieces: Vec<_> =
        pieces.iter().map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    let content_type = "multipart/form-data; boundary=b";
    let mut form = Form::open(Some(content_type), None, stream::iter(pieces), &LIMITS)?;
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
