//! Installs and starts a Docker engine on Debian and Ubuntu, as root. Only ever called after the user agreed.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::command_failure::CommandFailure;
use crate::docker::{self, OnLine, command};
use crate::endpoint::endpoint;
use crate::engine::{self, EngineError};

/// Where a `dockerd` that this program started writes its log.
pub const ENGINE_LOG: &str = "/var/log/dockerd-xtask.log";
/// What a Docker engine and images built without a registry need.
pub const ENGINE_PACKAGES: &[&str] = &["docker.io", "debootstrap", "debian-archive-keyring"];

const SERVICE_STARTS_WITHIN: Duration = Duration::from_secs(20);
const ENGINE_STARTS_WITHIN: Duration = Duration::from_secs(60);

/// What would bring an engine up here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Packages first, then the engine.
    InstallAndStart,
    /// Everything is installed, the engine is not running.
    Start,
    /// Nothing that this program may do: another system, not root, or no permission.
    ByHand,
}

/// Why installing or starting failed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// apt-get failed.
    #[error("cannot install {packages}")]
    Packages {
        /// What was to be installed.
        packages: String,
        /// How apt-get ended.
        source: CommandFailure,
    },
    /// The engine was started but does not answer.
    #[error(
        "dockerd was started but does not answer after {seconds} s: {cause}; the end of {ENGINE_LOG}:{}",
        indented(log)
    )]
    Silent {
        /// How long was waited.
        seconds: u64,
        /// What asking it said last.
        cause: EngineError,
        /// The last lines of its log.
        log: String,
    },
    /// dockerd itself does not start.
    #[error("cannot start dockerd")]
    Start(#[source] CommandFailure),
}

/// What would help against an error, on this machine. An engine that somebody chose elsewhere is not started here.
pub async fn remedy(error: &EngineError) -> Remedy {
    let is_elsewhere = match error {
        EngineError::NoEngine { .. } => endpoint().await.is_ok_and(|endpoint| !endpoint.is_usual()),
        _ => false,
    };
    if is_elsewhere { Remedy::ByHand } else { remedy_for(error, can_install(), on_path("dockerd")) }
}

/// Whether this program may install packages: Debian or Ubuntu, and root.
pub fn can_install() -> bool {
    is_root() && std::fs::read_to_string("/etc/os-release").is_ok_and(|text| is_debian_like(&text))
}

/// Installs packages with apt-get.
pub async fn packages(names: &[&str], on_line: OnLine<'_>) -> Result<(), InstallError> {
    let failed = |source| InstallError::Packages { packages: names.join(", "), source };
    docker::stream(command("apt-get", &["update"]), on_line).await.map_err(failed)?;
    let mut install = command("apt-get", &["install", "--yes"]);
    install.args(names).env("DEBIAN_FRONTEND", "noninteractive");
    docker::stream(install, on_line).await.map_err(failed)
}

/// Starts the engine, as a service where the system has services, and waits until it answers.
pub async fn start_engine(on_line: OnLine<'_>) -> Result<(), InstallError> {
    let service: &[&str] = if Path::new("/run/systemd/system").exists() {
        &["systemctl", "start", "docker"]
    } else {
        &["service", "docker", "start"]
    };
    // Many containers have the command but no service manager: then dockerd is started directly.
    if docker::stream(command(service[0], &service[1..]), on_line).await.is_ok()
        && answers_within(SERVICE_STARTS_WITHIN).await.is_ok()
    {
        return Ok(());
    }
    on_line("no service manager started the engine, starting dockerd directly");
    let detached = format!("setsid --fork dockerd >>{ENGINE_LOG} 2>&1 </dev/null");
    docker::output(command("sh", &["-c", &detached])).await.map_err(InstallError::Start)?;
    answers_within(ENGINE_STARTS_WITHIN).await.map_err(|cause| InstallError::Silent {
        seconds: ENGINE_STARTS_WITHIN.as_secs(),
        cause,
        log: last_lines(&std::fs::read_to_string(ENGINE_LOG).unwrap_or_default(), 20),
    })
}

/// Whether this process runs as root.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn remedy_for(error: &EngineError, can_install: bool, has_engine: bool) -> Remedy {
    match error {
        EngineError::NotPermitted { .. } | EngineError::Podman => Remedy::ByHand,
        _ if !can_install => Remedy::ByHand,
        EngineError::NoEngine { .. } if has_engine => Remedy::Start,
        EngineError::NoClient | EngineError::NoEngine { .. } => Remedy::InstallAndStart,
    }
}

fn is_debian_like(os_release: &str) -> bool {
    let values = os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")));
    values.flat_map(|value| value.trim_matches('"').split(' ')).any(|id| id == "debian" || id == "ubuntu")
}

/// Whether a program is on the PATH.
pub fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

async fn answers_within(limit: Duration) -> Result<(), EngineError> {
    let deadline = Instant::now() + limit;
    loop {
        match engine::check().await {
            Err(_) if Instant::now() < deadline => tokio::time::sleep(Duration::from_millis(500)).await,
            answer => return answer.map(drop),
        }
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("\n    {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_its_children_are_recognised() {
        assert!(is_debian_like("PRETTY_NAME=\"Debian\"\nID=debian\n"));
        assert!(is_debian_like("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(is_debian_like("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_debian_like("ID=fedora\nID_LIKE=\"rhel centos\"\n"));
    }

    #[test]
    fn only_what_is_missing_is_done() {
        let silent = EngineError::NoEngine { detail: String::new() };
        assert_eq!(remedy_for(&EngineError::NoClient, true, false), Remedy::InstallAndStart);
        assert_eq!(remedy_for(&silent, true, false), Remedy::InstallAndStart);
        assert_eq!(remedy_for(&silent, true, true), Remedy::Start);
        assert_eq!(remedy_for(&EngineError::NoClient, false, false), Remedy::ByHand);
        let closed = EngineError::NotPermitted { detail: String::new() };
        assert_eq!(remedy_for(&closed, true, true), Remedy::ByHand);
        assert_eq!(remedy_for(&EngineError::Podman, true, false), Remedy::ByHand);
    }

    #[test]
    fn only_the_end_of_a_log_is_shown() {
        assert_eq!(last_lines("a\nb\nc", 2), "b\nc");
        assert_eq!(last_lines("", 2), "");
    }
}
