//! How an error reaches the user: what failed, its causes, what to do, and the exit code.

use std::process::ExitCode;

use console::style;
use infra_images::{EngineError, ImageError};

use crate::interrupt::Interrupted;

const FAILED: u8 = 1;
const INTERRUPTED: u8 = 130;

/// An error that knows what the user can do about it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct UserError {
    /// What failed, on what, and why.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl UserError {
    /// An error and what to do about it.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}

/// Prints an error with its causes and returns its exit code.
pub fn failure(error: &anyhow::Error) -> ExitCode {
    if error.downcast_ref::<Interrupted>().is_some() {
        infra_options::say!("interrupted");
        return ExitCode::from(INTERRUPTED);
    }
    infra_options::say!("{} {error}", style("error:").for_stderr().red().bold());
    for cause in error.chain().skip(1) {
        for line in cause.to_string().lines() {
            infra_options::say!("  {line}");
        }
    }
    if let Some(hint) = error.chain().find_map(hint) {
        infra_options::say!("{} {hint}", style("hint:").for_stderr().cyan().bold());
    }
    ExitCode::from(FAILED)
}

fn hint(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(error) = cause.downcast_ref::<UserError>() {
        return Some(error.hint.clone());
    }
    if let Some(error) = cause.downcast_ref::<EngineError>() {
        return Some(error.hint());
    }
    cause.downcast_ref::<ImageError>().and_then(ImageError::hint)
}
