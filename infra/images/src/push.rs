//! Pushes an image to a registry without leaving a trace: no login in the user's configuration, no extra tag.

use std::io::Write;
use std::process::Stdio;
use std::sync::Mutex;

use tokio::process::Command;

use crate::command_failure::CommandFailure;
use crate::configuration::Configuration;
use crate::docker::{self, OnLine};
use crate::error::ImageError;

/// A registry's login. Its password is passed over standard input and shown nowhere.
pub struct Credentials {
    /// The user's name.
    pub user: String,
    /// The password or token.
    pub password: String,
}

/// Pushes a local image under a registry's name and returns the digest that the registry gave it.
pub async fn push(
    local: &str,
    remote: &str,
    credentials: &Credentials,
    on_line: OnLine<'_>,
) -> Result<String, ImageError> {
    let failed = |action| move |source| ImageError::Command { image: remote.to_owned(), action, source };
    let registry = remote.split('/').next().unwrap_or(remote);
    // A configuration of its own: what docker stores on login goes away with it.
    let configuration = Configuration::for_registry(remote, registry)?;
    let docker = |arguments: &[&str]| {
        let mut command = docker::docker(arguments);
        configuration.apply(&mut command);
        command
    };
    let login = docker(&["login", "--password-stdin", "--username", &credentials.user, registry]);
    log_in(login, &credentials.password).await.map_err(failed("log in to its registry"))?;
    docker::output(docker(&["tag", local, remote])).await.map_err(failed("name it for its registry"))?;
    let digest = Mutex::new(None);
    let pushed = docker::stream(docker(&["push", remote]), &|line| {
        on_line(line);
        if let (Some(found), Ok(mut digest)) = (digest_in(line), digest.lock()) {
            *digest = Some(found.to_owned());
        }
    })
    .await;
    let removed = docker::output(docker(&["image", "rm", remote])).await;
    pushed.map_err(failed("push it"))?;
    removed.map_err(failed("remove its registry's name again"))?;
    digest.into_inner().ok().flatten().ok_or_else(|| ImageError::NoDigest { image: remote.to_owned() })
}

async fn log_in(mut login: Command, password: &str) -> Result<(), CommandFailure> {
    let line = docker::command_line(login.as_std());
    let start = |source| CommandFailure::Start { command: line.clone(), source };
    let (reader, mut writer) = std::io::pipe().map_err(start)?;
    writer.write_all(password.as_bytes()).map_err(start)?;
    drop(writer);
    login.stdin(Stdio::from(reader));
    docker::output(login).await.map(drop)
}

/// The digest in docker's closing line: `src-0123: digest: sha256:... size: 1234`.
fn digest_in(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("digest: ")?;
    rest.split_whitespace().next().filter(|digest| digest.starts_with("sha256:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_read_from_the_closing_line() {
        assert_eq!(digest_in("src-1: digest: sha256:abc size: 1234"), Some("sha256:abc"));
        assert_eq!(digest_in("5f70bf18a086: Pushed"), None);
    }
}
