//! Into a container on this machine: the tasks of a local AWS are containers of its Docker engine.

use super::Target;
use infra_engine::Failure;
use infra_images::CommandFailure;
use infra_images::docker::{docker, output};
use infra_options::exec::SHELL;
use std::io::{IsTerminal, stdin, stdout};
use tokio::process::Command;

/// `docker exec` of the command, on this terminal if there is one.
pub async fn command(target: &Target<'_>, words: &[String]) -> Result<Command, Failure> {
    let container = target.runtime_id;
    if words.is_empty() {
        require_shell(target).await?;
    }
    let mut command = Command::new("docker");
    command.args(arguments(container, words, stdin().is_terminal() && stdout().is_terminal()));
    Ok(command)
}

/// What `docker` is given. Without a terminal, as in a pipe, it asks for none.
fn arguments<'a>(container: &'a str, words: &'a [String], terminal: bool) -> Vec<&'a str> {
    let mut arguments = vec!["exec", "--interactive"];
    arguments.extend(terminal.then_some("--tty"));
    arguments.push(container);
    if words.is_empty() {
        arguments.push(SHELL);
    }
    arguments.extend(words.iter().map(String::as_str));
    arguments
}

/// So Docker says that a program is not there, or that it can't be run.
const NOT_RUN: [i32; 2] = [126, 127];

/// An image that is made of one program has no shell; what Docker reports of that names neither the image nor a way out.
async fn require_shell(target: &Target<'_>) -> Result<(), Failure> {
    let Target { app, container, runtime_id, .. } = target;
    let failed = match output(docker(&["exec", runtime_id, SHELL, "-c", ":"])).await {
        Ok(_) => return Ok(()),
        Err(failed) => failed,
    };
    if !matches!(&failed, CommandFailure::Status { status, .. } if status.code().is_some_and(|code| NOT_RUN.contains(&code)))
    {
        return Err(Failure::caused_by(
            format!("cannot run a command in container {container} of {app}"),
            failed,
        ));
    }
    let failure = Failure::new(format!("the image of {app} has no {SHELL} (container {container})"));
    let own = output(docker(&["inspect", "--format", "{{.Path}}", runtime_id])).await;
    let own = own.map(|program| format!(", such as its own: {}", program.trim())).unwrap_or_default();
    Err(failure.hint(format!("name a program that it has after `--`{own}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_asked_for_where_there_is_one() {
        let words = ["php".to_owned(), "-v".to_owned()];
        assert_eq!(arguments("c1", &words, false), ["exec", "--interactive", "c1", "php", "-v"]);
        assert_eq!(arguments("c1", &[], true), ["exec", "--interactive", "--tty", "c1", "/bin/sh"]);
    }
}
