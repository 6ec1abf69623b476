//! What Docker is asked to make of a container definition.

use super::INSTANCE;
use super::network::{Network, port_bindings};
use super::running::Running;
use bollard::models::ContainerCreateBody;
use infra_ecs::ContainerDefinition;
use infra_ecs::body::lean;
use infra_ecs::container::{Device, MountPoint, SystemControl};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

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
    pub network: Network,
    /// Docker's volumes by the task definition's names.
    pub volumes: &'a BTreeMap<String, String>,
    /// `NAME=value`.
    pub environment: Vec<String>,
    /// Docker's `LogConfig`.
    pub log: Value,
    /// Whether fixed host ports are published on this machine.
    pub fixed_ports: bool,
}

/// The request that makes a task's container.
///
/// Docker: <https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate>
pub(super) fn create_body(
    task: &Running,
    index: usize,
    around: &Surroundings<'_>,
) -> Result<ContainerCreateBody, serde_json::Error> {
    let it = &task.containers[index].definition;
    let endpoint = json!({"Aliases": it.hostname.iter().collect::<Vec<_>>(), "Links": links(task, it)});
    let body = json!({
        "Image": it.image,
        "Hostname": it.hostname,
        "User": it.user,
        "WorkingDir": it.working_directory,
        "Entrypoint": it.entry_point,
        "Cmd": it.command,
        "Env": around.environment,
        "Tty": it.pseudo_terminal,
        "OpenStdin": it.interactive,
        "Labels": labels(task, it, around.instance),
        "Healthcheck": health_check(it),
        "NetworkingConfig": {"EndpointsConfig": around.network.name().map(|name| json!({name: endpoint}))},
        "HostConfig": host_config(task, it, around),
    });
    with_ports(body, task, around.network.publishes(&[it]), around.fixed_ports)
}

/// The request that makes the container whose network a task's own ones share.
pub(super) fn pause_body(
    task: &Running,
    image: &str,
    instance: &str,
    network: &str,
    fixed_ports: bool,
) -> Result<ContainerCreateBody, serde_json::Error> {
    let all: Vec<_> = task.containers.iter().map(|it| &it.definition).collect();
    let nothing = ContainerDefinition::default();
    let body = json!({
        "Image": image,
        "Entrypoint": ["sleep", "infinity"],
        "User": "65534:65534",
        "Labels": labels(task, &nothing, instance),
        "Healthcheck": health_check(&nothing),
        "HostConfig": {
            "NetworkMode": network,
            "Sysctls": of_network(task, all.iter().flat_map(|it| &it.system_controls)),
            "LogConfig": {"Type": "none"},
            "CapDrop": ["ALL"],
            "ReadonlyRootfs": true,
        },
    });
    with_ports(body, task, &all, fixed_ports)
}

fn with_ports(
    body: Value,
    task: &Running,
    published: &[&ContainerDefinition],
    fixed_ports: bool,
) -> Result<ContainerCreateBody, serde_json::Error> {
    let ports = port_bindings(published, task.task.task_definition.network_mode, fixed_ports);
    let mut body = lean(&body);
    body["ExposedPorts"] = ports.keys().map(|port| (port.clone(), json!({}))).collect::<Map<_, _>>().into();
    body["HostConfig"]["PortBindings"] = ports.into();
    serde_json::from_value(body)
}

fn host_config(task: &Running, it: &ContainerDefinition, around: &Surroundings<'_>) -> Value {
    let linux = it.linux_parameters.clone().unwrap_or_default();
    let capabilities = linux.capabilities.unwrap_or_default();
    let mib = |amount: Option<i32>| amount.map(|amount| i64::from(amount) * MIB);
    // CPU and memory: a container's own limits, and the task's for each of its containers.
    let of_task =
        task.memory.and_then(|memory| i64::try_from(memory).ok()).map(|memory| memory.saturating_mul(MIB));
    let memory = mib(it.memory).or(of_task);
    let units = task.cpu.and_then(|cpu| i64::try_from(cpu).ok());
    let tmpfs = linux.tmpfs.iter().map(|it| {
        let options = [&[format!("size={}m", it.size)], it.mount_options.as_slice()].concat();
        (it.container_path.clone(), json!(options.join(",")))
    });
    json!({
        "NetworkMode": around.network.mode(),
        "LogConfig": around.log,
        "Binds": binds(it, around.volumes),
        "VolumesFrom": volumes_from(task, it),
        "ReadonlyRootfs": it.readonly_root_filesystem,
        "Privileged": it.privileged,
        // Fargate's own limit of open files is not among them: the engine may have a lower one, which it can't raise.
        "Ulimits": it.ulimits.iter()
            .map(|it| json!({"Name": it.name, "Soft": it.soft_limit, "Hard": it.hard_limit}))
            .collect::<Vec<_>>(),
        "Sysctls": system_controls(task, it, &around.network),
        "ExtraHosts": it.extra_hosts.iter().map(|it| format!("{}:{}", it.hostname, it.ip_address)).collect::<Vec<_>>(),
        "Dns": it.dns_servers,
        "DnsSearch": it.dns_search_domains,
        "SecurityOpt": it.docker_security_options,
        "CpuShares": cpu_shares(task, it),
        "CpuPeriod": units.map(|_| CPU_PERIOD),
        "CpuQuota": units.map(|units| (units.saturating_mul(CPU_PERIOD) / 1024).max(LEAST_QUOTA)),
        "Memory": memory,
        // Memory and swap together: no swap, unless it is asked for.
        "MemorySwap": memory.map(|memory| memory + mib(linux.max_swap).unwrap_or(0)),
        "MemoryReservation": mib(it.memory_reservation),
        "MemorySwappiness": linux.swappiness,
        "Init": linux.init_process_enabled,
        "CapAdd": capabilities.add,
        "CapDrop": capabilities.drop,
        "ShmSize": mib(linux.shared_memory_size),
        "Tmpfs": tmpfs.collect::<Map<_, _>>(),
        "Devices": linux.devices.iter().map(device).collect::<Vec<_>>(),
    })
}

/// A container's own CPU units, or an equal part of what the others leave of the task's. Where neither is given, the
/// ECS agent gives next to nothing; here that would starve the container beside everything else on this machine.
fn cpu_shares(task: &Running, definition: &ContainerDefinition) -> Option<i64> {
    let own = |it: &ContainerDefinition| it.cpu.filter(|cpu| *cpu > 0).map(i64::from);
    let given: Vec<_> = task.containers.iter().filter_map(|it| own(&it.definition)).collect();
    let others = i64::try_from(task.containers.len() - given.len()).unwrap_or(1).max(1);
    let all = task.cpu.and_then(|cpu| i64::try_from(cpu).ok());
    let rest = all.map(|all| (all - given.iter().sum::<i64>()) / others);
    own(definition).or(rest).map(|units| units.max(LEAST_SHARES))
}

fn device(device: &Device) -> Value {
    // `read`, `write`, `mknod`: Docker knows them by their first letters.
    let letters: String = device.permissions.iter().filter_map(|it| it.as_str().chars().next()).collect();
    json!({
        "PathOnHost": device.host_path,
        "PathInContainer": device.container_path.as_ref().unwrap_or(&device.host_path),
        "CgroupPermissions": if letters.is_empty() { "rwm" } else { &letters },
    })
}

fn system_controls(task: &Running, it: &ContainerDefinition, network: &Network) -> Map<String, Value> {
    let others = it.system_controls.iter().filter(|it| !is_of_network(it)).filter_map(pair).collect();
    // Without a network, or in another's, there is nothing of it to be set.
    if network.name().is_none() {
        others
    } else {
        others.into_iter().chain(of_network(task, &it.system_controls)).collect()
    }
}

/// With what Fargate has by default and Docker has not: ports below 1024 are for root.
fn of_network<'a>(task: &Running, all: impl IntoIterator<Item = &'a SystemControl>) -> Map<String, Value> {
    let fargate = ("net.ipv4.ip_unprivileged_port_start".to_owned(), json!("1024"));
    let asked = all.into_iter().filter(|it| is_of_network(it)).filter_map(pair);
    task.on_fargate().then_some(fargate).into_iter().chain(asked).collect()
}

fn is_of_network(control: &SystemControl) -> bool {
    control.namespace.as_deref().is_some_and(|name| name.starts_with("net."))
}

fn pair(control: &SystemControl) -> Option<(String, Value)> {
    Some((control.namespace.clone()?, json!(control.value.as_ref()?)))
}

fn binds(definition: &ContainerDefinition, volumes: &BTreeMap<String, String>) -> Vec<String> {
    let bind = |mount: &MountPoint| {
        let volume = volumes.get(mount.source_volume.as_deref()?)?;
        Some(format!("{volume}:{}:{}", mount.container_path.as_deref()?, mode(mount.read_only)))
    };
    definition.mount_points.iter().filter_map(bind).collect()
}

fn volumes_from(task: &Running, definition: &ContainerDefinition) -> Vec<String> {
    let sources = definition.volumes_from.iter().filter_map(|from| {
        Some(format!("{}:{}", task.docker_name(from.source_container.as_deref()?)?, mode(from.read_only)))
    });
    sources.collect()
}

fn mode(read_only: Option<bool>) -> &'static str {
    if read_only == Some(true) { "ro" } else { "rw" }
}

/// `other` or `other:alias`.
fn links(task: &Running, definition: &ContainerDefinition) -> Vec<String> {
    let links = definition.links.iter().filter_map(|link| {
        let (name, alias) = link.split_once(':').unwrap_or((link, link));
        Some(format!("{}:{alias}", task.docker_name(name)?))
    });
    links.collect()
}

/// The task definition's health check; that of the image does not count on ECS.
fn health_check(definition: &ContainerDefinition) -> Value {
    let Some(check) = &definition.health_check else { return json!({"Test": ["NONE"]}) };
    let nanoseconds =
        |seconds: Option<i32>, default: i32| i64::from(seconds.unwrap_or(default)) * 1_000_000_000;
    json!({
        "Test": check.command,
        "Interval": nanoseconds(check.interval, 30),
        "Timeout": nanoseconds(check.timeout, 5),
        "Retries": check.retries.unwrap_or(3),
        "StartPeriod": nanoseconds(check.start_period, 0),
    })
}

/// What the names of the agent's own labels begin with.
const AGENT: &str = "com.amazonaws";

/// As the ECS agent labels containers, and by what ours are found again.
pub(super) fn labels(task: &Running, it: &ContainerDefinition, instance: &str) -> BTreeMap<String, String> {
    let revision = task.task.revision.to_string();
    let of_the_agent = [
        ("cluster", task.task.cluster.as_str()),
        ("container-name", it.name()),
        ("task-arn", &task.task.arn),
        ("task-definition-family", &task.task.task_definition.family),
        ("task-definition-version", &revision),
    ];
    let of_the_agent = of_the_agent.map(|(name, value)| (format!("{AGENT}.ecs.{name}"), value.to_owned()));
    let ours = [(INSTANCE, instance), ("image-app.local-aws.group", &task.task.group)];
    let ours = ours.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let ours = ours.into_iter().chain(of_the_agent);
    it.docker_labels.clone().into_iter().chain(ours).collect()
}

#[cfg(test)]
mod tests;
