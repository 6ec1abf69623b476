//! What Docker is asked to make of a container definition.

use super::INSTANCE;
use super::network::{Network, port_map};
use super::running::Running;
use bollard::models::{
    ContainerCreateBody, DeviceMapping, EndpointSettings, HealthConfig, HostConfig, HostConfigLogConfig,
    NetworkingConfig, ResourcesUlimits,
};
use infra_ecs::ContainerDefinition;
use infra_ecs::container::{LinuxParameters, SystemControl};
use infra_ecs::task_definition::{IpcMode, PidMode};
use std::collections::{BTreeMap, HashMap};

const MIB: i64 = 1024 * 1024;
/// The length of the slice of time of which a container gets its part, in microseconds.
const CPU_PERIOD: i64 = 100_000;
/// The least that Docker takes as a part of it: a hundredth CPU.
const LEAST_QUOTA: i64 = 1000;
/// The least that Linux takes.
const LEAST_SHARES: i64 = 2;

/// What is known only when a container is made.
pub(super) struct Surroundings<'a> {
    /// The value of the label [`INSTANCE`].
    pub instance: &'a str,
    /// The network it is in.
    pub network: &'a Network,
    /// Docker's volumes by the task definition's names.
    pub volumes: &'a BTreeMap<String, String>,
    /// `NAME=value`.
    pub environment: Vec<String>,
    /// Where its output goes.
    pub log: HostConfigLogConfig,
    /// Whether fixed host ports are published on this machine.
    pub fixed_ports: bool,
}

/// The request that makes a task's container.
pub(super) fn create_body(task: &Running, index: usize, around: Surroundings<'_>) -> ContainerCreateBody {
    let definition = &task.containers[index].definition;
    let (network, volumes, fixed_ports) = (around.network, around.volumes, around.fixed_ports);
    let published = network.publishes(task, index);
    let ports = port_map(&published, task.task.task_definition.network_mode, fixed_ports);
    let shares_network = matches!(network, Network::Of(_));
    ContainerCreateBody {
        image: definition.image.as_ref().and_then(|image| image.get().ok()).cloned(),
        hostname: definition.hostname.clone().filter(|_| !shares_network),
        user: definition.user.clone(),
        working_dir: definition.working_directory.clone(),
        entrypoint: filled(&definition.entry_point),
        cmd: filled(&definition.command),
        env: Some(around.environment),
        tty: definition.pseudo_terminal,
        open_stdin: definition.interactive,
        labels: Some(labels(task, definition, around.instance)),
        healthcheck: Some(health_check(definition)),
        exposed_ports: filled(&ports.keys().cloned().collect::<Vec<_>>()),
        networking_config: network.name().map(|name| in_network(name, task, definition)),
        host_config: Some(HostConfig {
            network_mode: Some(network.mode()),
            port_bindings: Some(ports),
            log_config: Some(around.log),
            ..host_config(task, index, volumes, network)
        }),
        ..ContainerCreateBody::default()
    }
}

/// The request that makes the container whose network a task's own ones share.
pub(super) fn pause_body(task: &Running, image: &str, around: &Surroundings<'_>) -> ContainerCreateBody {
    let definitions: Vec<_> = task.containers.iter().map(|it| &it.definition).collect();
    let mode = task.task.task_definition.network_mode;
    let ports = port_map(&around.network.publishes_all(&definitions), mode, around.fixed_ports);
    let sysctls = definitions.iter().flat_map(|it| &it.system_controls);
    let of_network = sysctls.filter(|it| is_of_network(it));
    ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(vec!["sleep".to_owned(), "infinity".to_owned()]),
        cmd: Some(Vec::new()),
        user: Some("65534:65534".to_owned()),
        labels: Some(labels(task, &ContainerDefinition::default(), around.instance)),
        healthcheck: Some(health_check(&ContainerDefinition::default())),
        exposed_ports: filled(&ports.keys().cloned().collect::<Vec<_>>()),
        host_config: Some(HostConfig {
            network_mode: Some(around.network.mode()),
            port_bindings: Some(ports),
            sysctls: Some(system_controls(task, of_network)),
            ipc_mode: Some("shareable".to_owned()),
            cap_drop: Some(vec!["ALL".to_owned()]),
            readonly_rootfs: Some(true),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

fn host_config(
    task: &Running,
    index: usize,
    volumes: &BTreeMap<String, String>,
    network: &Network,
) -> HostConfig {
    let definition = &task.containers[index].definition;
    let of_task = &task.task.task_definition;
    let shared = |wanted: bool| network.pause().filter(|_| wanted).map(|pause| format!("container:{pause}"));
    let own_network = !matches!(network, Network::Of(_));
    let sysctls = definition.system_controls.iter().filter(|it| own_network || !is_of_network(it));
    let hosts = definition.extra_hosts.iter().map(|host| format!("{}:{}", host.hostname, host.ip_address));
    let base = HostConfig {
        binds: Some(binds(definition, volumes)),
        volumes_from: filled(&volumes_from(task, definition)),
        readonly_rootfs: definition.readonly_root_filesystem,
        privileged: definition.privileged,
        ulimits: ulimits(definition),
        sysctls: Some(system_controls_of(task, definition, own_network, sysctls)),
        extra_hosts: filled(&hosts.collect::<Vec<_>>()).filter(|_| own_network),
        dns: filled(&definition.dns_servers).filter(|_| own_network),
        dns_search: filled(&definition.dns_search_domains).filter(|_| own_network),
        security_opt: filled(&definition.docker_security_options),
        pid_mode: shared(matches!(of_task.pid_mode, Some(PidMode::Task | PidMode::Host))),
        ipc_mode: shared(matches!(of_task.ipc_mode, Some(IpcMode::Task | IpcMode::Host))),
        ..HostConfig::default()
    };
    with_linux_parameters(with_limits(base, task, definition), definition)
}

/// CPU and memory: a container's own limits, and the task's for each of its containers.
fn with_limits(host: HostConfig, task: &Running, definition: &ContainerDefinition) -> HostConfig {
    let mib = |amount: i64| amount.saturating_mul(MIB);
    let of_task = task.memory.and_then(|memory| i64::try_from(memory).ok());
    let hard = definition.memory.map(i64::from).or(of_task).map(mib);
    let units = task.cpu.and_then(|cpu| i64::try_from(cpu).ok());
    HostConfig {
        cpu_shares: cpu_shares(task, definition),
        cpu_period: units.map(|_| CPU_PERIOD),
        cpu_quota: units.map(|units| (units.saturating_mul(CPU_PERIOD) / 1024).max(LEAST_QUOTA)),
        memory: hard,
        // As much as the memory alone: no swap.
        memory_swap: hard,
        memory_reservation: definition.memory_reservation.map(|amount| mib(amount.into())),
        ..host
    }
}

/// A container's own CPU units, or an equal part of what the others leave of the task's. Where neither is given, the
/// ECS agent gives next to nothing; here that would starve the container beside everything else on this machine.
fn cpu_shares(task: &Running, definition: &ContainerDefinition) -> Option<i64> {
    let own = |it: &ContainerDefinition| it.cpu.filter(|cpu| *cpu > 0).map(i64::from);
    let given: Vec<_> = task.containers.iter().filter_map(|it| own(&it.definition)).collect();
    let others = i64::try_from(task.containers.len() - given.len()).unwrap_or(1).max(1);
    let rest = task
        .cpu
        .and_then(|cpu| i64::try_from(cpu).ok())
        .map(|all| (all - given.iter().sum::<i64>()) / others);
    own(definition).or(rest).map(|units| units.max(LEAST_SHARES))
}

fn with_linux_parameters(host: HostConfig, definition: &ContainerDefinition) -> HostConfig {
    let Some(linux) = &definition.linux_parameters else { return host };
    let capabilities = linux.capabilities.clone().unwrap_or_default();
    let swap = linux.max_swap.map(|swap| i64::from(swap) * MIB);
    HostConfig {
        init: linux.init_process_enabled,
        cap_add: filled(&capabilities.add),
        cap_drop: filled(&capabilities.drop),
        shm_size: linux.shared_memory_size.map(|size| i64::from(size) * MIB),
        tmpfs: Some(tmpfs(linux)),
        devices: Some(devices(linux)),
        memory_swap: host.memory.map(|memory| memory.saturating_add(swap.unwrap_or(0))),
        memory_swappiness: linux.swappiness.map(i64::from),
        ..host
    }
}

fn tmpfs(linux: &LinuxParameters) -> HashMap<String, String> {
    let options = |size: i32, others: &[String]| {
        std::iter::once(format!("size={size}m")).chain(others.iter().cloned()).collect::<Vec<_>>().join(",")
    };
    linux.tmpfs.iter().map(|it| (it.container_path.clone(), options(it.size, &it.mount_options))).collect()
}

fn devices(linux: &LinuxParameters) -> Vec<DeviceMapping> {
    let mapping = |device: &infra_ecs::container::Device| DeviceMapping {
        path_on_host: Some(device.host_path.clone()),
        path_in_container: Some(device.container_path.clone().unwrap_or_else(|| device.host_path.clone())),
        // `read`, `write`, `mknod`: Docker knows them by their first letters.
        cgroup_permissions: Some(match device.permissions.as_slice() {
            [] => "rwm".to_owned(),
            permissions => permissions.iter().filter_map(|it| it.as_str().chars().next()).collect(),
        }),
    };
    linux.devices.iter().map(mapping).collect()
}

/// Fargate's own limit of open files is not among them: the engine may have a lower one, which it can't raise.
fn ulimits(definition: &ContainerDefinition) -> Option<Vec<ResourcesUlimits>> {
    let limits = definition.ulimits.iter().map(|limit| ResourcesUlimits {
        name: Some(limit.name.as_str().to_owned()),
        soft: Some(limit.soft_limit.into()),
        hard: Some(limit.hard_limit.into()),
    });
    filled(&limits.collect::<Vec<_>>())
}

fn is_of_network(control: &SystemControl) -> bool {
    control.namespace.as_deref().is_some_and(|name| name.starts_with("net."))
}

fn system_controls_of<'a>(
    task: &Running,
    definition: &ContainerDefinition,
    own_network: bool,
    controls: impl Iterator<Item = &'a SystemControl>,
) -> HashMap<String, String> {
    // Without a network, or in another's, there is nothing of it to be set.
    if own_network && definition.disable_networking != Some(true) {
        return system_controls(task, controls);
    }
    pairs(controls)
}

/// With what Fargate has by default and Docker has not: ports below 1024 are for root.
fn system_controls<'a>(
    task: &Running,
    controls: impl Iterator<Item = &'a SystemControl>,
) -> HashMap<String, String> {
    let mut controls = pairs(controls);
    if task.on_fargate() {
        controls.entry("net.ipv4.ip_unprivileged_port_start".to_owned()).or_insert_with(|| "1024".to_owned());
    }
    controls
}

fn pairs<'a>(controls: impl Iterator<Item = &'a SystemControl>) -> HashMap<String, String> {
    controls.filter_map(|it| Some((it.namespace.clone()?, it.value.clone()?))).collect()
}

fn binds(definition: &ContainerDefinition, volumes: &BTreeMap<String, String>) -> Vec<String> {
    let mounts = definition.mount_points.iter();
    let bind = |mount: &infra_ecs::container::MountPoint| {
        let volume = volumes.get(mount.source_volume.as_deref()?)?;
        let mode = if mount.read_only == Some(true) { "ro" } else { "rw" };
        Some(format!("{volume}:{}:{mode}", mount.container_path.as_deref()?))
    };
    mounts.filter_map(bind).collect()
}

fn volumes_from(task: &Running, definition: &ContainerDefinition) -> Vec<String> {
    let names = task.state().docker_names.clone();
    let sources = definition.volumes_from.iter().filter_map(|from| {
        let source = task.index_of(from.source_container.as_deref()?)?;
        let mode = if from.read_only == Some(true) { "ro" } else { "rw" };
        Some(format!("{}:{mode}", names[source]))
    });
    sources.collect()
}

/// `other` or `other:alias`.
fn links(task: &Running, definition: &ContainerDefinition) -> Vec<String> {
    let names = task.state().docker_names.clone();
    let links = definition.links.iter().filter_map(|link| {
        let (name, alias) = link.split_once(':').unwrap_or((link, link));
        Some(format!("{}:{alias}", names[task.index_of(name)?]))
    });
    links.collect()
}

fn in_network(name: &str, task: &Running, definition: &ContainerDefinition) -> NetworkingConfig {
    let settings = EndpointSettings {
        links: filled(&links(task, definition)),
        aliases: definition.hostname.clone().map(|name| vec![name]),
        ..EndpointSettings::default()
    };
    NetworkingConfig { endpoints_config: Some(HashMap::from([(name.to_owned(), settings)])) }
}

/// The task definition's health check; that of the image does not count on ECS.
fn health_check(definition: &ContainerDefinition) -> HealthConfig {
    let Some(check) = &definition.health_check else {
        return HealthConfig { test: Some(vec!["NONE".to_owned()]), ..HealthConfig::default() };
    };
    let nanoseconds =
        |seconds: Option<i32>, default: i32| Some(i64::from(seconds.unwrap_or(default)) * 1_000_000_000);
    HealthConfig {
        test: Some(check.command.clone()),
        interval: nanoseconds(check.interval, 30),
        timeout: nanoseconds(check.timeout, 5),
        retries: Some(check.retries.unwrap_or(3).into()),
        start_period: nanoseconds(check.start_period, 0),
        start_interval: None,
    }
}

/// As the ECS agent labels containers, and by what ours are found again.
pub(super) fn labels(
    task: &Running,
    definition: &ContainerDefinition,
    instance: &str,
) -> HashMap<String, String> {
    let revision = task.task.revision.to_string();
    let ours = [
        (INSTANCE, instance),
        ("image-app.local-aws.group", &task.task.group),
        ("com.amazonaws.ecs.cluster", &task.task.cluster),
        ("com.amazonaws.ecs.container-name", definition.name()),
        ("com.amazonaws.ecs.task-arn", &task.task.arn),
        ("com.amazonaws.ecs.task-definition-family", &task.task.task_definition.family),
        ("com.amazonaws.ecs.task-definition-version", &revision),
    ];
    let mut labels: HashMap<_, _> = definition.docker_labels.clone().into_iter().collect();
    labels.extend(ours.map(|(name, value)| (name.to_owned(), value.to_owned())));
    labels
}

fn filled<T: Clone>(list: &[T]) -> Option<Vec<T>> {
    (!list.is_empty()).then(|| list.to_vec())
}

#[cfg(test)]
mod tests;
