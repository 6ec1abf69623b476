//! A task's volumes as volumes of Docker. A path of the instance is one, too: this machine is no instance.

use super::running::{Running, Stop};
use super::{INSTANCE, Inner, daemon_error, life};
use bollard::models::VolumeCreateRequest;
use infra_ecs::task_definition::volume::{DockerVolume, DockerVolumeScope, Volume};
use std::collections::{BTreeMap, HashMap};

/// The label that says how long a volume lives.
pub(super) const KIND: &str = "image-app.local-aws.volume";
/// As long as its task.
pub(super) const OF_A_TASK: &str = "task";
/// As long as the local AWS: file systems, and Docker volumes that tasks share.
pub(super) const SHARED: &str = "shared";

/// Makes the task's volumes; returns Docker's names by the task definition's.
pub(super) async fn create(inner: &Inner, task: &Running) -> Result<BTreeMap<String, String>, Stop> {
    let mut names = BTreeMap::new();
    for volume in &task.task.task_definition.volumes {
        let Some(name) = &volume.name else { continue };
        let refused =
            |why: String| Stop::new(life::FAILED_TO_START, format!("CannotCreateVolumeError: {why}"));
        let request = request(volume, name, task, &inner.settings.instance).map_err(refused)?;
        let made =
            inner.docker.create_volume(request).await.map_err(|error| refused(daemon_error(&error)))?;
        names.insert(name.clone(), made.name);
    }
    Ok(names)
}

/// Removes what lives as long as the task.
pub(super) async fn remove(inner: &Inner, task: &Running) {
    for volume in &task.task.task_definition.volumes {
        if let (Some(name), (OF_A_TASK, _)) = (&volume.name, place(volume)) {
            // What the engine does not remove now goes when the local AWS starts again, or ends.
            inner.remove_volume(&own_name(task, name)).await.ok();
        }
    }
}

fn request(
    volume: &Volume,
    name: &str,
    task: &Running,
    instance: &str,
) -> Result<VolumeCreateRequest, String> {
    if volume.fsx_windows_file_server_volume_configuration.is_some() {
        return Err(format!("volume {name}: the local AWS has no Windows file servers"));
    }
    let default = DockerVolume::default();
    let docker = volume.docker_volume_configuration.as_ref().unwrap_or(&default);
    let driver = docker.driver.as_deref().unwrap_or("local");
    // Options of the local driver can mount any path of this machine, Docker's socket among them.
    let in_memory = docker.driver_opts.get("type").is_none_or(|kind| kind == "tmpfs");
    if driver != "local" || !in_memory || docker.driver_opts.contains_key("o") {
        return Err(format!("volume {name}: the local AWS has no driver {driver} with such options"));
    }
    let (kind, place) = place(volume);
    let mut labels: HashMap<_, _> = docker.labels.clone().into_iter().collect();
    labels.insert(INSTANCE.to_owned(), instance.to_owned());
    labels.insert(KIND.to_owned(), kind.to_owned());
    Ok(VolumeCreateRequest {
        name: Some(match place {
            Some(place) => docker_name(&format!("{instance}-{place}")),
            None => own_name(task, name),
        }),
        driver: Some(driver.to_owned()),
        driver_opts: Some(docker.driver_opts.clone().into_iter().collect()),
        labels: Some(labels),
        cluster_volume_spec: None,
    })
}

/// How long a volume lives, and what a shared one is known by.
fn place(volume: &Volume) -> (&'static str, Option<String>) {
    if let Some(efs) = &volume.efs_volume_configuration {
        let access_point = efs.authorization_config.as_ref().and_then(|it| it.access_point_id.as_ref());
        let access_point = access_point.and_then(|it| it.get().ok()).cloned();
        let root = access_point.or_else(|| efs.root_directory.clone()).unwrap_or_default();
        let system = efs.file_system_id.get().cloned().unwrap_or_default();
        return (SHARED, Some(format!("efs-{system}-{root}")));
    }
    if let Some(files) = &volume.s3files_volume_configuration {
        let root = files.root_directory.clone().unwrap_or_default();
        let system = files.file_system_arn.get().cloned().unwrap_or_default();
        return (SHARED, Some(format!("s3files-{system}-{root}")));
    }
    let docker = volume.docker_volume_configuration.as_ref();
    if docker.is_some_and(|it| it.scope == Some(DockerVolumeScope::Shared)) {
        return (SHARED, Some(format!("volume-{}", volume.name.as_deref().unwrap_or_default())));
    }
    (OF_A_TASK, None)
}

fn own_name(task: &Running, volume: &str) -> String {
    docker_name(&format!("ecs-{}-{}-{volume}", task.task.task_definition.family, task.task.id))
}

/// With nothing in it that Docker refuses.
fn docker_name(text: &str) -> String {
    let plain = text.trim_end_matches(['-', '/']).chars();
    plain.map(|c| if c.is_ascii_alphanumeric() || "_.-".contains(c) { c } else { '-' }).collect()
}
