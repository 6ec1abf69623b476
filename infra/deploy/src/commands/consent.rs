//! Asking before something changes.

use anyhow::{Context, Result, bail};
use dialoguer::{Confirm, Input};
use infra_options::StackOptions;
use std::io::IsTerminal;
use std::time::Duration;

/// How long other runs are kept waiting for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(600);

/// Whether to go on: the user says so, or said `--yes` beforehand. A local AWS is nobody's property and costs nothing:
/// where nobody can be asked about it, nobody is.
///
/// # Errors
/// When there is nobody to be asked about an account on AWS.
pub fn given(options: &StackOptions, question: &str) -> Result<bool> {
    if needs_no_question(options)? {
        return Ok(true);
    }
    Confirm::new().with_prompt(question).default(false).interact().context("the answer can't be read")
}

/// The same of what can't be made again: yes is the stack's name, so that nobody deletes another one by habit.
///
/// # Errors
/// As of [`given`].
pub fn given_by_name(options: &StackOptions, question: &str) -> Result<bool> {
    if needs_no_question(options)? {
        return Ok(true);
    }
    let prompt = format!("{question} Type its name");
    let answer: String = Input::new()
        .with_prompt(prompt)
        .allow_empty(true)
        .interact_text()
        .context("the answer can't be read")?;
    Ok(answer.trim() == options.name.as_str())
}

fn needs_no_question(options: &StackOptions) -> Result<bool> {
    // The question is written to standard error.
    let is_there = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if options.yes || options.local && !is_there {
        return Ok(true);
    }
    if !is_there {
        bail!("nobody is there to be asked, as there is no terminal: give --yes to go on without asking");
    }
    Ok(false)
}

/// The same while a lease is held, whose renewal goes on while the answer is waited for. Other runs wait for it, too: no answer
/// in ten minutes is a no.
///
/// # Errors
/// As of [`given`].
pub async fn given_meanwhile(options: &StackOptions, question: impl Into<String>) -> Result<bool> {
    answered(given, options, question.into()).await
}

/// The same of what can't be made again.
///
/// # Errors
/// As of [`given`].
pub async fn given_by_name_meanwhile(options: &StackOptions, question: impl Into<String>) -> Result<bool> {
    answered(given_by_name, options, question.into()).await
}

type Ask = fn(&StackOptions, &str) -> Result<bool>;

async fn answered(ask: Ask, options: &StackOptions, question: String) -> Result<bool> {
    let options = options.clone();
    let answer = tokio::task::spawn_blocking(move || ask(&options, &question));
    match in_time(answer, ANSWER_WITHIN).await {
        Some(answer) => answer?,
        None => {
            infra_options::say!("\nnobody answered");
            Ok(false)
        }
    }
}

async fn in_time<T>(answer: impl Future<Output = T>, limit: Duration) -> Option<T> {
    tokio::time::timeout(limit, answer).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    #[tokio::test]
    async fn others_do_not_wait_for_an_answer_that_never_comes() {
        assert_eq!(in_time(pending::<bool>(), Duration::from_millis(1)).await, None);
        assert_eq!(in_time(ready(true), ANSWER_WITHIN).await, Some(true));
    }
}
