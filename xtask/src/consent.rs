//! Asks before anything is installed on the machine.

use std::io::IsTerminal;

use crate::interrupt::Interrupted;

/// Whether something may be done: yes with `--yes` or `CI=true`, the user's answer on a terminal, no otherwise.
pub fn given(question: &str, yes: bool) -> anyhow::Result<bool> {
    if yes || std::env::var("CI").is_ok_and(|value| value == "true") {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    let answer = dialoguer::Confirm::new().with_prompt(question).default(true).interact();
    answer.map_err(|_| Interrupted.into())
}
