//! The start of a task: its images, secrets and volumes first, then its containers.

use super::container::{Surroundings, create_body, pause_body};
use super::network::{self, Network};
use super::running::{Running, Stop};
use super::{Inner, daemon_error, environment, life, logs, pull, secrets};
use bollard::errors::Error;
use bollard::models::{ContainerCreateBody, ContainerInspectResponse};
use bollard::query_parameters::CreateContainerOptionsBuilder;
use std::collections::BTreeMap;

/// What a task's containers are made of.
pub(super) struct Prepared {
    /// Their images.
    pub images: Vec<pull::Image>,
    variables: Vec<Variables>,
    /// Docker's volumes by the task definition's names.
    pub volumes: BTreeMap<String, String>,
}

/// What was read for a container.
struct Variables {
    files: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
    log_secrets: BTreeMap<String, String>,
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
    for (index, container) in task.containers.iter().enumerate() {
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
        if let Some(logs) = logs::destination(task, index, None) {
            logs.open(emulator, task.on_fargate()).await?;
        }
    }
    let pulled = pull::all(inner, task).await;
    let images =
        pulled.map_err(|(index, stop)| Failure { container: Some((index, stop.reason.clone())), stop })?;
    Ok(Prepared { images, variables, volumes: BTreeMap::new() })
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

/// Starts a container, which is made unless it was before; returns Docker's id, and what Docker says of it then.
pub(super) async fn start(
    inner: &Inner,
    task: &Running,
    index: usize,
    prepared: &Prepared,
    made: Option<&str>,
) -> Result<(String, ContainerInspectResponse), Failure> {
    let settings = &inner.settings;
    let read = &prepared.variables[index];
    let around = |fixed_ports| Surroundings {
        instance: &settings.instance,
        network: Network::of(task, index, &settings.network),
        volumes: &prepared.volumes,
        environment: environment::of_container(task, index, settings, &read.files, &read.secrets),
        log: logs::driver(&task.containers[index].definition, &read.log_secrets),
        fixed_ports,
    };
    let name = &task.containers[index].docker_name;
    let started = match made {
        Some(id) => run(inner, id).await.map_err(|error| cannot("Start", &error)),
        None => make(inner, task, name, |fixed_ports| create_body(task, index, &around(fixed_ports))).await,
    };
    let started = started.map_err(|reason| {
        let stop = Stop::new(life::FAILED_TO_START, "Task failed to start");
        Failure { stop, container: Some((index, reason)) }
    })?;
    if let (None, Some(logs)) =
        (logs::destination(task, index, None), logs::destination(task, index, Some(&started.0)))
    {
        logs.open(&settings.emulator, task.on_fargate()).await?;
    }
    Ok(started)
}

/// Starts the container that keeps the task's network, if one is needed.
pub(super) async fn start_pause(inner: &Inner, task: &Running) -> Result<(), Stop> {
    if !network::needs_pause(task) {
        return Ok(());
    }
    let settings = &inner.settings;
    let name = format!("ecs-{}-{}-network", task.task.task_definition.family, task.task.id);
    // It is removed by this name, whatever becomes of its start.
    task.state().pause = Some(name.clone());
    let body = |fixed_ports| {
        pause_body(task, &settings.pause_image, &settings.instance, &settings.network, fixed_ports)
    };
    let started = make(inner, task, &name, body).await;
    let failed = |reason| Stop::new(life::FAILED_TO_START, format!("InternalError: {reason}"));
    if let Some(address) = network::address(&started.map_err(failed)?.1, &settings.network) {
        task.set_address(address);
    }
    Ok(())
}

/// Makes and starts a container of this name; fails with the container's reason.
async fn make(
    inner: &Inner,
    task: &Running,
    name: &str,
    body: impl Fn(bool) -> Result<ContainerCreateBody, serde_json::Error>,
) -> Result<(String, ContainerInspectResponse), String> {
    let mut fixed_ports = true;
    loop {
        let body = body(fixed_ports).map_err(|error| cannot("Create", &error.into()))?;
        let id = create(inner, task, name, body).await.map_err(|error| cannot("Create", &error))?;
        match run(inner, &id).await {
            // Instances have their own host ports, and are all this one machine: the second to come is not published.
            Err(error) if fixed_ports && is_port_taken(&error) => {
                eprintln!("{name}: a host port is in use on this machine, it is not published");
                inner.remove_container(&id).await.map_err(|error| cannot("Start", &error))?;
                fixed_ports = false;
            }
            started => return started.map_err(|error| cannot("Start", &error)),
        }
    }
}

async fn run(inner: &Inner, id: &str) -> Result<(String, ContainerInspectResponse), Error> {
    inner.docker.start_container(id, None).await?;
    Ok((id.to_owned(), inner.docker.inspect_container(id, None).await?))
}

fn cannot(what: &str, error: &Error) -> String {
    format!("Cannot{what}ContainerError: {}", daemon_error(error))
}

async fn create(
    inner: &Inner,
    task: &Running,
    name: &str,
    body: ContainerCreateBody,
) -> Result<String, Error> {
    let architecture = task.task.task_definition.runtime_platform.and_then(|it| it.cpu_architecture);
    let mut options = CreateContainerOptionsBuilder::default().name(name);
    if let Some(platform) = architecture.and_then(pull::platform) {
        options = options.platform(platform);
    }
    Ok(inner.docker.create_container(Some(options.build()), body).await?.id)
}

fn is_port_taken(error: &Error) -> bool {
    let text = daemon_error(error);
    text.contains("port is already allocated") || text.contains("address already in use")
}
