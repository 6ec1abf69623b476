//! Is there a Docker engine to work with, what is it like, and if there is none, what exactly is missing.

use std::time::Duration;

use crate::command_failure::CommandFailure;
use crate::docker;

const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// The engine's version, its processor, and what it is made of.
const QUESTION: &str = "{{.Server.Version}}|{{.Server.Arch}}|{{range .Server.Components}}{{.Name}},{{end}}";
/// So Podman names itself where it answers in the place of Docker.
const PODMAN: &str = "Podman Engine";

/// An engine that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    /// Its processor in Docker's words, such as `amd64` or `arm64`; empty where it does not say.
    pub architecture: String,
}

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
    /// Podman answers instead of Docker.
    #[error(
        "Podman answers instead of a Docker engine: it names images otherwise (`localhost/...`) and pushes to no registry \
         over plain HTTP, so that images would not be found again"
    )]
    Podman,
}

impl EngineError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NoClient => "install Docker (Debian, Ubuntu: `apt-get install docker.io` as root), or give --yes as root to have it installed",
            Self::NoEngine { .. } => "start it (`systemctl start docker`, `service docker start` or `dockerd`), or give --yes as root to have it started; DOCKER_HOST, DOCKER_CONTEXT and `docker context use` choose another one",
            Self::NotPermitted { .. } => "add the user to the group docker (`usermod -aG docker \"$USER\"`, then log in again), or run this as root",
            Self::Podman => "install Docker beside it, and choose it by `docker context use`, DOCKER_CONTEXT or DOCKER_HOST (such as unix:///var/run/docker.sock)",
        }
        .to_owned()
    }
}

/// Asks the engine what it is.
pub async fn check() -> Result<Engine, EngineError> {
    let ask = docker::docker(&["version", "--format", QUESTION]);
    let answer = diagnose(docker::output_within(ANSWER_WITHIN, ask).await);
    match answer {
        // Podman's own command under Docker's name knows no server that it could describe.
        Err(EngineError::NoEngine { .. }) if is_podmans_command().await => Err(EngineError::Podman),
        answer => answer,
    }
}

async fn is_podmans_command() -> bool {
    let ask = docker::docker(&["--version"]);
    docker::output_within(ANSWER_WITHIN, ask).await.is_ok_and(|answer| answer.starts_with("podman "))
}

fn diagnose(answer: Result<String, CommandFailure>) -> Result<Engine, EngineError> {
    let failure = match answer {
        Ok(answer) => return engine(&answer),
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

/// The engine of an answer to [`QUESTION`].
fn engine(answer: &str) -> Result<Engine, EngineError> {
    let mut parts = answer.split('|').skip(1);
    let (architecture, components) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if components.split(',').any(|name| name == PODMAN) {
        return Err(EngineError::Podman);
    }
    Ok(Engine { architecture: architecture.to_owned() })
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
        let answer = "20.10.24|amd64|Engine,containerd,runc,docker-init,".to_owned();
        assert_eq!(diagnose(Ok(answer)), Ok(Engine { architecture: "amd64".to_owned() }));
        // One that says less about itself is an engine, too.
        assert_eq!(diagnose(Ok("20.10.24".to_owned())), Ok(Engine { architecture: String::new() }));
    }

    #[test]
    fn podman_in_the_place_of_docker_is_refused_with_the_reason() {
        let podman = diagnose(Ok("4.3.1|amd64|Podman Engine,Conmon,OCI Runtime (crun),Engine,".to_owned()));
        let error = podman.unwrap_err();
        assert_eq!(error, EngineError::Podman);
        assert!(error.to_string().contains("Podman answers"), "{error}");
        assert!(error.hint().contains("DOCKER_HOST"), "{}", error.hint());
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
