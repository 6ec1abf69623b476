//! Asking before something changes.

use super::StackOptions;
use anyhow::{Context, Result, bail};
use dialoguer::Confirm;
use std::io::IsTerminal;

/// Whether to go on: the user says so, or said `--yes` beforehand.
///
/// # Errors
/// When there is nobody to be asked.
pub fn given(options: &StackOptions, question: &str) -> Result<bool> {
    if options.yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        bail!("nobody is there to be asked: give --yes to go on without asking");
    }
    Confirm::new().with_prompt(question).default(false).interact().context("the answer can't be read")
}
