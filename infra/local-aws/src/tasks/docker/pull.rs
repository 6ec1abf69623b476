//! Images: pulled as ECS does, and ECS's words where that fails.

use super::running::{Running, Stop};
use super::{Inner, daemon_error, life, secrets};
use bollard::auth::DockerCredentials;
use bollard::errors::Error;
use bollard::models::ImageInspect;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures::TryStreamExt;
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use std::time::SystemTime;

/// What is known of a container's image.
pub(super) struct Image {
    /// Docker's id of it.
    pub id: Option<String>,
    /// The digest of its manifest; none if it never was in a registry.
    pub digest: Option<String>,
    /// The signal that asks its process to end.
    pub stop_signal: Option<String>,
}

/// Pulls the images of all containers of a task at once.
///
/// # Errors
/// One can't be had: which container's, and why.
pub(super) async fn all(inner: &Inner, task: &Running) -> Result<Vec<Image>, (usize, Stop)> {
    task.state().pulled.0 = Some(SystemTime::now());
    let pulls = (0..task.containers.len()).map(|index| async move {
        let image = one(inner, task, index).await.map_err(|stop| (index, stop))?;
        task.state().image_ids[index].clone_from(&image.id);
        task.update(index, |state| state.image_digest.clone_from(&image.digest));
        Ok(image)
    });
    let images = futures::future::try_join_all(pulls).await?;
    task.state().pulled.1 = Some(SystemTime::now());
    Ok(images)
}

async fn one(inner: &Inner, task: &Running, index: usize) -> Result<Image, Stop> {
    let definition = &task.containers[index].definition;
    let name = definition.image.as_ref().and_then(|image| image.get().ok()).cloned().unwrap_or_default();
    let local = inner.docker.inspect_image(&name).await.ok();
    // A digest means the same everywhere, and a name without a registry's host may be known on this machine alone.
    if local.is_some() && (name.contains("@sha256:") || registry(&name).is_none()) {
        return Ok(image(local.unwrap_or_default(), &name));
    }
    let login = match &definition.repository_credentials {
        Some(credentials) => Some(login(inner, credentials).await?),
        None => None,
    };
    let architecture = task.task.task_definition.runtime_platform.and_then(|it| it.cpu_architecture);
    if let Err(error) = pull(inner, &name, architecture, login).await {
        return match local {
            Some(local) if is_silence(&error) => Ok(image(local, &name)),
            _ => {
                Err(Stop::new(life::FAILED_TO_START, reason(&error, &name, architecture, task.on_fargate())))
            }
        };
    }
    let pulled = inner.docker.inspect_image(&name).await;
    let refused = |error: Error| {
        Stop::new(life::FAILED_TO_START, format!("CannotPullContainerError: {}", daemon_error(&error)))
    };
    Ok(image(pulled.map_err(refused)?, &name))
}

async fn pull(
    inner: &Inner,
    name: &str,
    architecture: Option<CpuArchitecture>,
    login: Option<DockerCredentials>,
) -> Result<(), Error> {
    // Without a tag Docker would pull all of them.
    let named = if has_tag(name) { name.to_owned() } else { format!("{name}:latest") };
    let mut options = CreateImageOptionsBuilder::default().from_image(&named);
    if let Some(platform) = architecture.and_then(platform) {
        options = options.platform(platform);
    }
    inner.docker.create_image(Some(options.build()), None, login).try_for_each(|_| async { Ok(()) }).await
}

async fn login(
    inner: &Inner,
    credentials: &infra_ecs::container::RepositoryCredentials,
) -> Result<DockerCredentials, Stop> {
    let secret = credentials.credentials_parameter.get().cloned().unwrap_or_default();
    let (username, password) = secrets::registry_login(&inner.settings.emulator, &secret).await?;
    Ok(DockerCredentials {
        username: Some(username),
        password: Some(password),
        ..DockerCredentials::default()
    })
}

fn image(inspected: ImageInspect, name: &str) -> Image {
    let repository = repository(name);
    let repository =
        repository.strip_prefix("docker.io/").map_or(repository, |it| it.trim_start_matches("library/"));
    let digests = inspected.repo_digests.unwrap_or_default();
    let mut digests = digests.iter().filter_map(|it| it.split_once('@'));
    let digest = digests.find(|(of, _)| *of == repository).map(|(_, digest)| digest.to_owned());
    Image { id: inspected.id, digest, stop_signal: inspected.config.and_then(|config| config.stop_signal) }
}

/// The host of an image's registry; none where Docker takes its own default.
fn registry(name: &str) -> Option<&str> {
    let (host, _) = name.split_once('/')?;
    (host.contains(['.', ':']) || host == "localhost").then_some(host)
}

/// A name without its tag and digest.
fn repository(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or(name);
    if has_tag(name) { name.rsplit_once(':').map_or(name, |(repository, _)| repository) } else { name }
}

fn has_tag(name: &str) -> bool {
    name.contains('@') || name.rsplit('/').next().is_some_and(|last| last.contains(':'))
}

/// As Docker writes it.
pub(super) fn platform(architecture: CpuArchitecture) -> Option<&'static str> {
    match architecture {
        CpuArchitecture::X86_64 => Some("linux/amd64"),
        CpuArchitecture::Arm64 => Some("linux/arm64"),
        CpuArchitecture::Unknown(_) => None,
    }
}

/// Whether no registry has answered: the machine may be offline.
fn is_silence(error: &Error) -> bool {
    let text = daemon_error(error);
    const SIGNS: [&str; 7] = [
        "connection refused",
        "no such host",
        "i/o timeout",
        "TLS handshake timeout",
        "network is unreachable",
        "request canceled while waiting for connection",
        "server misbehaving",
    ];
    SIGNS.iter().any(|sign| text.contains(sign))
}

/// Why an image can't be had, as Fargate or as the agent on an instance says it.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html>
fn reason(error: &Error, name: &str, architecture: Option<CpuArchitecture>, on_fargate: bool) -> String {
    let text = daemon_error(error);
    if !on_fargate {
        return format!("CannotPullContainerError: {text}");
    }
    let reference = full_name(name);
    if text.contains("no matching manifest") {
        let platform = architecture.and_then(platform).unwrap_or("linux/amd64");
        return format!(
            "CannotPullContainerError: image Manifest does not contain descriptor matching platform '{platform}'"
        );
    }
    let why = if text.contains("access denied") || text.contains("denied:") {
        "pull access denied, repository does not exist or may require authorization: server message: \
         insufficient_scope: authorization failed."
            .to_owned()
    } else if text.contains("not found") || text.contains("manifest unknown") {
        format!("{reference}: not found")
    } else {
        format!("failed to do request: {}", text.trim_start_matches("Error response from daemon: "))
    };
    format!(
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {reference}: {why}"
    )
}

/// A name with registry and tag.
fn full_name(name: &str) -> String {
    let tagged = if has_tag(name) { name.to_owned() } else { format!("{name}:latest") };
    match registry(name) {
        Some(_) => tagged,
        None if name.contains('/') => format!("docker.io/{tagged}"),
        None => format!("docker.io/library/{tagged}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(message: &str) -> Error {
        Error::DockerResponseServerError { status_code: 404, message: message.to_owned() }
    }

    #[test]
    fn names_are_completed_as_registries_know_them() {
        assert_eq!(full_name("nginx"), "docker.io/library/nginx:latest");
        assert_eq!(full_name("grafana/grafana:11"), "docker.io/grafana/grafana:11");
        assert_eq!(full_name("localhost:4566/web"), "localhost:4566/web:latest");
        assert_eq!(repository("localhost:4566/web:src-1"), "localhost:4566/web");
        assert_eq!(repository("localhost:4566/web"), "localhost:4566/web");
        assert_eq!(repository("web:1@sha256:0123"), "web");
        assert_eq!((registry("demo-web-app:src-1"), registry("grafana/grafana")), (None, None));
    }

    #[test]
    fn fargate_says_which_image_is_missing() {
        let missing = refused("manifest for localhost:4566/web:9 not found: manifest unknown: unknown tag");
        assert_eq!(
            reason(&missing, "localhost:4566/web:9", None, true),
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref \
             localhost:4566/web:9: localhost:4566/web:9: not found"
        );
        let denied =
            refused("pull access denied for nope, repository does not exist or may require 'docker login'");
        assert_eq!(
            reason(&denied, "nope", None, true),
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref \
             docker.io/library/nope:latest: pull access denied, repository does not exist or may require \
             authorization: server message: insufficient_scope: authorization failed."
        );
        let other = refused("no matching manifest for linux/arm64/v8 in the manifest list entries");
        assert_eq!(
            reason(&other, "nginx", Some(CpuArchitecture::Arm64), true),
            "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/arm64'"
        );
    }

    #[test]
    fn on_an_instance_docker_speaks_itself() {
        assert_eq!(
            reason(&refused("manifest unknown"), "nginx:9", None, false),
            "CannotPullContainerError: Error response from daemon: manifest unknown"
        );
    }

    #[test]
    fn an_answer_is_no_silence() {
        assert!(is_silence(&refused(
            "Get \"http://localhost:4566/v2/\": dial tcp 127.0.0.1:4566: connect: connection refused"
        )));
        assert!(!is_silence(&refused("manifest unknown")));
    }
}
