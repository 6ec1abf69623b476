//! Removes images by name, except from under a container.

use crate::command_failure::CommandFailure;
use crate::docker;
use crate::error::ImageError;

/// Removes images by name; names that are not there are passed over. Returns those that stay, as a container that may
/// be anybody's uses them.
pub async fn remove(names: &[String]) -> Result<Vec<String>, ImageError> {
    let mut in_use = Vec::new();
    for name in names {
        match docker::output(docker::docker(&["image", "rm", name])).await {
            Ok(_) => {}
            Err(failure) if says(&failure, &["No such image"]) => {}
            Err(failure) if says(&failure, &["conflict", "container"]) => in_use.push(name.clone()),
            Err(source) => {
                return Err(ImageError::Command { image: name.clone(), action: "remove it", source });
            }
        }
    }
    Ok(in_use)
}

/// Whether the engine has said all of these words in one line.
fn says(failure: &CommandFailure, words: &[&str]) -> bool {
    let CommandFailure::Status { tail, .. } = failure else { return false };
    tail.iter().any(|line| words.iter().all(|word| line.contains(word)))
}
