//! The start of a task: its images, secrets and volumes first, then its containers.

use super::container::{Surroundings, create_body, pause_body};
use super::network::{self, Network};
use super::running::{Running, Stop};
use super::{Inner, daemon_error, environment, life, logs, pull, secrets, volumes};
use bollard::errors::Error;
use bollard::models::{ContainerCreateBody, ContainerInspectResponse};
use bollard::query_parameters::CreateContainerOptionsBuilder;
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use std::collections::BTreeMap;

/// What a task's containers are made of.
pub(super) struct Prepared {
    /// Their images.
    pub images: Vec<pull::Image>,
    variables: Vec<Variables>,
}

/// What was read for a container.
struct Variables {
    files: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
    log_secrets: BTreeMap<String, String>,
}

/// A container that was made.
pub(super) struct Made {
    /// Docker's id.
    pub id: String,
    /// Where its output goes, if that is CloudWatch Logs.
    pub logs: Option<logs::Destination>,
}

/// That a task can't start.
pub(super) struct Failure {
    /// Why it stops.
    pub stop: Stop,
    /// The container that is to blame, and its own reason.
    pub container: Option<(usize, String)>,
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self { container: None, stop }
    }
}

/// Reads and pulls what the containers need. Nothing is left of it if it is given up.
pub(super) async fn prepare(inner: &Inner, task: &Running) -> Result<Prepared, Failure> {
    let emulator = &inner.settings.emulator;
    let mut variables = Vec::new();
    for container in &task.containers {
        let definition = &container.definition;
        let log = definition.log_configuration.as_ref();
        let mut files = BTreeMap::new();
        for file in &definition.environment_files {
            let arn = file.value.get().cloned().unwrap_or_default();
            environment::read_file(&read_environment_file(inner, &arn).await?, &mut files);
        }
        variables.push(Variables {
            files,
            secrets: secrets::read(emulator, &definition.secrets).await?,
            log_secrets: secrets::read(emulator, log.map_or(&[], |log| &log.secret_options)).await?,
        });
    }
    let pulled = pull::all(inner, task).await;
    let images =
        pulled.map_err(|(index, stop)| Failure { container: Some((index, stop.reason.clone())), stop })?;
    Ok(Prepared { images, variables })
}

async fn read_environment_file(inner: &Inner, arn: &str) -> Result<String, Stop> {
    let failed = |why: String| {
        let reason = format!(
            "ResourceInitializationError: failed to download env files: file download command: non empty error \
             stream: service call has been retried 1 time(s): {why}"
        );
        Stop::new(life::FAILED_TO_START, reason)
    };
    let (bucket, key) = arn
        .split_once(":::")
        .and_then(|(_, path)| path.split_once('/'))
        .ok_or_else(|| failed(format!("{arn} is not the ARN of an object in S3")))?;
    let answer = inner.settings.emulator.object(bucket, key).await;
    answer.map_err(|error| failed(format!("failed to download {arn}: {}", secrets::refusal(&error))))
}

/// Makes all containers, in the order in which they need each other.
pub(super) async fn make(inner: &Inner, task: &Running, prepared: &Prepared) -> Result<Vec<Made>, Failure> {
    let volumes = volumes::create(inner, task).await?;
    if network::needs_pause(task) {
        start_pause(inner, task).await?;
    }
    let mut ids: Vec<Option<String>> = vec![None; task.containers.len()];
    for index in creation_order(task) {
        let id = make_one(inner, task, index, prepared, &volumes, true).await;
        ids[index] = Some(id.map_err(|error| cannot("Create", index, &error))?);
    }
    let mut made = Vec::new();
    for (index, id) in ids.into_iter().enumerate() {
        let id = id.unwrap_or_default();
        let logs = logs::destination(task, index, &id);
        if let Some(logs) = &logs {
            logs.open(&inner.settings.emulator, task.on_fargate()).await?;
        }
        task.update(index, |state| state.runtime_id = Some(id.clone()));
        made.push(Made { id, logs });
    }
    Ok(made)
}

/// Starts a container that was made; its id may be another one then.
pub(super) async fn start(
    inner: &Inner,
    task: &Running,
    index: usize,
    prepared: &Prepared,
    id: &str,
) -> Result<(String, ContainerInspectResponse), Failure> {
    let mut id = id.to_owned();
    let mut started = inner.docker.start_container(&id, None).await;
    // Instances have their own host ports, and are all this one machine: the second to come is not published.
    if started.as_ref().is_err_and(is_port_taken) {
        eprintln!("{}: a host port is in use on this machine, it is not published", task.task.id);
        inner.remove_container(&id).await.map_err(|error| cannot("Start", index, &error))?;
        let volumes = volumes::create(inner, task).await?;
        let again = make_one(inner, task, index, prepared, &volumes, false).await;
        id = again.map_err(|error| cannot("Start", index, &error))?;
        started = inner.docker.start_container(&id, None).await;
    }
    started.map_err(|error| cannot("Start", index, &error))?;
    let inspected = inner.docker.inspect_container(&id, None).await;
    Ok((id, inspected.map_err(|error| cannot("Inspect", index, &error))?))
}

async fn make_one(
    inner: &Inner,
    task: &Running,
    index: usize,
    prepared: &Prepared,
    volumes: &BTreeMap<String, String>,
    fixed_ports: bool,
) -> Result<String, Error> {
    let settings = &inner.settings;
    let read = &prepared.variables[index];
    let network = Network::of(task, index, &settings.network);
    let around = Surroundings {
        instance: &settings.instance,
        network: &network,
        volumes,
        environment: environment::of_container(task, index, settings, &read.files, &read.secrets),
        log: logs::driver(&task.containers[index].definition, &read.log_secrets),
        fixed_ports,
    };
    let name = task.state().docker_names[index].clone();
    create(inner, &name, task, create_body(task, index, &around)?).await
}

async fn create(
    inner: &Inner,
    name: &str,
    task: &Running,
    body: ContainerCreateBody,
) -> Result<String, Error> {
    let architecture = task.task.task_definition.runtime_platform.and_then(|it| it.cpu_architecture);
    let mut options = CreateContainerOptionsBuilder::default().name(name);
    match architecture {
        Some(CpuArchitecture::X86_64) => options = options.platform("linux/amd64"),
        Some(CpuArchitecture::Arm64) => options = options.platform("linux/arm64"),
        _ => {}
    }
    Ok(inner.docker.create_container(Some(options.build()), body).await?.id)
}

async fn start_pause(inner: &Inner, task: &Running) -> Result<(), Failure> {
    let settings = &inner.settings;
    let network = Network::Own(settings.network.clone());
    let volumes = BTreeMap::new();
    let around = |fixed_ports| Surroundings {
        instance: &settings.instance,
        network: &network,
        volumes: &volumes,
        environment: Vec::new(),
        log: serde_json::json!({"Type": "none"}),
        fixed_ports,
    };
    let name = format!("ecs-{}-{}-network", task.task.task_definition.family, task.task.id);
    let started = async |fixed_ports| {
        let body = pause_body(task, &settings.pause_image, &around(fixed_ports))?;
        let options = CreateContainerOptionsBuilder::default().name(&name).build();
        let id = inner.docker.create_container(Some(options), body).await?.id;
        task.state().pause = Some(id.clone());
        inner.docker.start_container(&id, None).await?;
        inner.docker.inspect_container(&id, None).await
    };
    let mut inspected = started(true).await;
    if inspected.as_ref().is_err_and(is_port_taken) {
        inspected = match inner.remove_container(&name).await {
            Ok(()) => started(false).await,
            Err(error) => Err(error),
        };
    }
    let failed =
        |error: Error| Stop::new(life::FAILED_TO_START, format!("InternalError: {}", daemon_error(&error)));
    let inspected = inspected.map_err(failed)?;
    if let Some(address) = network::address(&inspected, &settings.network) {
        task.set_address(address);
    }
    Ok(())
}

/// Those first whose volumes or names others use; what uses itself in a circle comes last, and Docker refuses it.
fn creation_order(task: &Running) -> Vec<usize> {
    let needs = |index: usize| {
        let definition = &task.containers[index].definition;
        let volumes = definition.volumes_from.iter().filter_map(|it| it.source_container.as_deref());
        let links = definition.links.iter().map(|link| link.split(':').next().unwrap_or(link));
        volumes.chain(links).filter_map(|name| task.index_of(name)).collect::<Vec<_>>()
    };
    let mut order = Vec::new();
    let mut rest: Vec<_> = (0..task.containers.len()).collect();
    while !rest.is_empty() {
        let ready = rest.iter().position(|&index| needs(index).iter().all(|it| order.contains(it)));
        order.push(rest.remove(ready.unwrap_or(0)));
    }
    order
}

fn cannot(what: &str, index: usize, error: &Error) -> Failure {
    let reason = format!("Cannot{what}ContainerError: {}", daemon_error(error));
    Failure {
        stop: Stop::new(life::FAILED_TO_START, "Task failed to start"),
        container: Some((index, reason)),
    }
}

fn is_port_taken(error: &Error) -> bool {
    let text = daemon_error(error);
    text.contains("port is already allocated") || text.contains("address already in use")
}
