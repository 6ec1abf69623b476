//! Where the Docker engine is that the docker command works with: DOCKER_HOST, DOCKER_CONTEXT or the current context say it.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::command_failure::CommandFailure;
use crate::docker::{docker, output};

/// The socket of an engine that was installed in the usual way.
pub const USUAL_SOCKET: &str = "/var/run/docker.sock";

/// The address of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A socket in this machine's file system; behind it may be a virtual machine.
    Socket(PathBuf),
    /// An address of this machine's own, such as `tcp://localhost:2375`.
    Loopback(String),
    /// Another machine.
    Elsewhere(String),
}

impl Endpoint {
    /// Whether it is the engine that a package on this machine brings.
    pub fn is_usual(&self) -> bool {
        let usual = [Path::new(USUAL_SOCKET), Path::new("/run/docker.sock")];
        matches!(self, Self::Socket(path) if usual.contains(&path.as_path()))
    }
}

/// Asks the docker command.
///
/// # Errors
/// When it does not know, as where DOCKER_CONTEXT names no context.
pub async fn endpoint() -> Result<Endpoint, CommandFailure> {
    let host = output(docker(&["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])).await?;
    Ok(of_host(&host))
}

/// The socket by which a container on the engine reaches the engine itself. An engine on this very machine has it where this
/// machine has it; one in a virtual machine has it in the usual place of that.
///
/// # Errors
/// When the engine does not say what it is called.
pub async fn socket_for_containers(endpoint: &Endpoint) -> Result<PathBuf, CommandFailure> {
    let name = output(docker(&["info", "--format", "{{.Name}}"])).await?;
    let this_machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    Ok(socket(endpoint, &name, this_machine.trim()))
}

fn socket(endpoint: &Endpoint, engine: &str, this_machine: &str) -> PathBuf {
    match endpoint {
        Endpoint::Socket(path) if engine == this_machine => path.clone(),
        _ => PathBuf::from(USUAL_SOCKET),
    }
}

fn of_host(host: &str) -> Endpoint {
    if let Some(path) = host.strip_prefix("unix://") {
        return Endpoint::Socket(PathBuf::from(path));
    }
    let address = host.split_once("://").map_or(host, |(_, address)| address);
    let is_here = !host.starts_with("ssh://") && is_loopback(address);
    if is_here { Endpoint::Loopback(host.to_owned()) } else { Endpoint::Elsewhere(host.to_owned()) }
}

/// Whether `HOST:PORT` is an address of this machine, whatever names the network knows.
fn is_loopback(address: &str) -> bool {
    let address = address.trim_end_matches('/');
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    ip.map_or(host == "localhost" || host.ends_with(".localhost"), |ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_on_another_machine_is_known_by_its_address() {
        let socket = |path: &str| Endpoint::Socket(PathBuf::from(path));
        assert_eq!(of_host("unix:///var/run/docker.sock"), socket("/var/run/docker.sock"));
        assert_eq!(
            of_host("unix:///home/a/.colima/default/docker.sock"),
            socket("/home/a/.colima/default/docker.sock")
        );
        for here in ["tcp://localhost:2375", "tcp://127.0.0.1:2375", "tcp://[::1]:2376"] {
            assert_eq!(of_host(here), Endpoint::Loopback(here.to_owned()));
        }
        for elsewhere in [
            "ssh://me@builder",
            "tcp://10.0.0.4:2376",
            "ssh://localhost",
            "tcp://localhost.corp:2375",
            "tcp://127.0.0.1.nip.io:2375",
        ] {
            assert_eq!(of_host(elsewhere), Endpoint::Elsewhere(elsewhere.to_owned()));
        }
    }

    #[test]
    fn only_the_usual_engine_can_be_started_by_the_usual_service() {
        assert!(of_host("unix:///var/run/docker.sock").is_usual());
        assert!(of_host("unix:///run/docker.sock").is_usual());
        assert!(!of_host("unix:///run/user/1000/docker.sock").is_usual());
        assert!(!of_host("tcp://localhost:2375").is_usual());
    }

    #[test]
    fn a_container_gets_the_socket_of_its_own_engine() {
        let rootless = of_host("unix:///run/user/1000/docker.sock");
        assert_eq!(socket(&rootless, "laptop", "laptop"), Path::new("/run/user/1000/docker.sock"));
        let in_a_machine = of_host("unix:///home/a/.docker/desktop/docker.sock");
        assert_eq!(socket(&in_a_machine, "docker-desktop", "laptop"), Path::new(USUAL_SOCKET));
        assert_eq!(socket(&of_host("tcp://localhost:2375"), "laptop", "laptop"), Path::new(USUAL_SOCKET));
    }
}
