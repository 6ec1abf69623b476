//! Is there a Docker engine to work with, and if not, what exactly is missing.

use std::time::Duration;

use crate::docker;
use crate::error::CommandFailure;

const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Why no Docker engine can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The docker command is not on the PATH.
    #[error("no docker command was found on the PATH")]
    NoClient,
    /// The docker command is there but nothing answers it.
    #[error("the docker command is here, but no Docker engine answers it: {detail}")]
    NoEngine {
        /// What the docker command said.
        detail: String,
    },
    /// An engine is there, but this user may not talk to it.
    #[error("a Docker engine is running, but this user may not use it: {detail}")]
    NotPermitted {
        /// What the docker command said.
        detail: String,
    },
}

impl EngineError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NoClient => "install Docker (Debian, Ubuntu: `apt-get install docker.io` as root), or give --yes as root to have it installed",
            Self::NoEngine { .. } => "start it (`systemctl start docker`, `service docker start` or `dockerd`), or give --yes as root to have it started",
            Self::NotPermitted { .. } => "add the user to the group docker (`usermod -aG docker \"$USER\"`, then log in again), or run this as root",
        }
        .to_owned()
    }
}

/// Asks the engine for its version.
pub async fn check() -> Result<(), EngineError> {
    let ask = docker::docker(&["version", "--format", "{{.Server.Version}}"]);
    diagnose(docker::output_within(ANSWER_WITHIN, ask).await)
}

fn diagnose(answer: Result<String, CommandFailure>) -> Result<(), EngineError> {
    let failure = match answer {
        Ok(_) => return Ok(()),
        Err(failure) => failure,
    };
    match failure {
        CommandFailure::Start { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            Err(EngineError::NoClient)
        }
        CommandFailure::Start { source, .. } => Err(EngineError::NoEngine { detail: source.to_string() }),
        CommandFailure::Time { seconds, .. } => {
            Err(EngineError::NoEngine { detail: format!("no answer in {seconds} s") })
        }
        CommandFailure::Status { status, tail, .. } => {
            let detail = tail.last().cloned().unwrap_or_else(|| status.to_string());
            if detail.contains("permission denied") {
                Err(EngineError::NotPermitted { detail })
            } else {
                Err(EngineError::NoEngine { detail })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn failed_saying(line: &str) -> Result<String, CommandFailure> {
        Err(CommandFailure::Status {
            command: "docker version".to_owned(),
            status: ExitStatus::from_raw(256),
            tail: vec![line.to_owned()],
        })
    }

    #[test]
    fn an_answer_means_an_engine() {
        assert_eq!(diagnose(Ok("20.10.24".to_owned())), Ok(()));
    }

    #[test]
    fn a_missing_command_is_told_from_a_silent_engine() {
        let source = io::Error::from(io::ErrorKind::NotFound);
        let missing = Err(CommandFailure::Start { command: "docker version".to_owned(), source });
        assert_eq!(diagnose(missing), Err(EngineError::NoClient));

        let silent = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
        assert_eq!(diagnose(failed_saying(silent)), Err(EngineError::NoEngine { detail: silent.to_owned() }));

        let late = Err(CommandFailure::Time { command: "docker version".to_owned(), seconds: 15 });
        assert_eq!(diagnose(late), Err(EngineError::NoEngine { detail: "no answer in 15 s".to_owned() }));
    }

    #[test]
    fn a_closed_socket_is_a_matter_of_permission() {
        let closed = "permission denied while trying to connect to the Docker daemon socket";
        assert_eq!(
            diagnose(failed_saying(closed)),
            Err(EngineError::NotPermitted { detail: closed.to_owned() })
        );
    }
}
