//! Pulls an image, and finds out quickly and only once in a run when no registry answers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::command_failure::CommandFailure;
use crate::docker::{self, OnLine};
use crate::error::ImageError;

/// A registry that has not sent the image's manifest by then does not count as answering.
const REGISTRY_ANSWERS_WITHIN: Duration = Duration::from_secs(15);
const PULLED_WITHIN: Duration = Duration::from_secs(900);

static NO_REGISTRY: AtomicBool = AtomicBool::new(false);

/// Pulls an image; false when no registry answers or none has it.
pub(super) async fn pull(reference: &str, on_line: OnLine<'_>) -> Result<bool, ImageError> {
    if NO_REGISTRY.load(Ordering::Relaxed) {
        return Ok(false);
    }
    let answered = AtomicBool::new(false);
    let note = |line: &str| {
        if line.contains("Pulling from") {
            answered.store(true, Ordering::Relaxed);
        }
        on_line(line);
    };
    let mut pull = std::pin::pin!(docker::stream(docker::docker(&["pull", reference]), &note));
    let mut ended = tokio::time::timeout(REGISTRY_ANSWERS_WITHIN, &mut pull).await.ok();
    if ended.is_none() && answered.load(Ordering::Relaxed) {
        ended = tokio::time::timeout(PULLED_WITHIN, &mut pull).await.ok();
    }
    match ended {
        Some(Ok(())) => Ok(true),
        Some(Err(failure)) if says_not_there(&failure) => Ok(false),
        _ if !answered.load(Ordering::Relaxed) => {
            NO_REGISTRY.store(true, Ordering::Relaxed);
            Ok(false)
        }
        Some(Err(source)) => {
            Err(ImageError::Command { image: reference.to_owned(), action: "pull it", source })
        }
        None => {
            let source =
                CommandFailure::Time { command: "docker pull".to_owned(), seconds: PULLED_WITHIN.as_secs() };
            Err(ImageError::Command { image: reference.to_owned(), action: "pull it", source })
        }
    }
}

/// A registry that answers but lacks the image is still one that answers for the next image.
fn says_not_there(failure: &CommandFailure) -> bool {
    let CommandFailure::Status { tail, .. } = failure else { return false };
    let last = tail.last().map(String::as_str).unwrap_or_default();
    last.contains("manifest unknown")
        || last.contains("not found: manifest")
        || last.contains("repository does not exist")
}
