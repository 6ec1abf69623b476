//! A container that offers only what its launch type and network mode have.

mod instance;

use super::capability::{HostPorts, PortRanges, Ports};
use super::launch::LaunchType;
use super::limits::StopTimeout;
use crate::container::{
    ApplicationProtocol, ContainerCondition, ContainerDefinition, ContainerDependency, EnvironmentFile,
    EnvironmentFileType, FirelensConfiguration, HealthCheck, KeyValue, LogConfiguration, LogDriver,
    MountPoint, PortMapping, RepositoryCredentials, RestartPolicy, Secret, SystemControl, Tmpfs, Ulimit,
    VolumeFrom,
};
use crate::task_size::{CpuUnits, Mebibytes};
use infra_engine::Output;
use std::marker::PhantomData;

/// A container of a task on `On`, such as `Container<Fargate>`; which it is follows from the task it is added to.
///
/// It is essential unless it says otherwise: when it stops, the task does.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
#[derive(Clone, Debug)]
#[must_use = "a container belongs into a task"]
pub struct Container<On> {
    definition: ContainerDefinition,
    on: PhantomData<On>,
}

/// The port of the instance that leads to a container's port.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html> (`hostPort`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostPort {
    /// One that Docker picks from the dynamic range, so that many tasks fit on an instance.
    Dynamic,
    /// This one: one task on an instance.
    Fixed(u16),
}

/// A log driver that only instances have.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html> (`logDriver`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceLogDriver {
    /// Files.
    JsonFile,
    /// The instance's syslog.
    Syslog,
    /// The instance's journal.
    Journald,
    /// Graylog.
    Gelf,
    /// Fluentd.
    Fluentd,
}

impl<On: LaunchType> Container<On> {
    /// A container of this image.
    pub fn new(name: &str, image: impl Into<Output<String>>) -> Self {
        let definition = ContainerDefinition {
            name: Some(name.to_owned()),
            image: Some(image.into()),
            essential: Some(true),
            ..ContainerDefinition::default()
        };
        Self { definition, on: PhantomData }
    }

    /// The definition as ECS takes it.
    pub fn definition(self) -> ContainerDefinition {
        self.definition
    }

    /// Changes members that have no method here; the rules check them before any call.
    pub fn with(mut self, change: impl FnOnce(&mut ContainerDefinition)) -> Self {
        change(&mut self.definition);
        self
    }

    /// The task goes on when this container stops.
    pub fn not_essential(self) -> Self {
        self.with(|it| it.essential = Some(false))
    }

    /// Its part of the task's CPU.
    pub fn cpu(self, cpu: CpuUnits) -> Self {
        self.with(|it| it.cpu = Some(saturated(cpu.0)))
    }

    /// The memory at which it is killed.
    pub fn memory(self, limit: Mebibytes) -> Self {
        self.with(|it| it.memory = Some(saturated(limit.0)))
    }

    /// The memory that is kept free for it.
    pub fn memory_reservation(self, reservation: Mebibytes) -> Self {
        self.with(|it| it.memory_reservation = Some(saturated(reservation.0)))
    }

    /// A TCP port it listens on; with bridge the host port is dynamic.
    pub fn port(self, port: u16) -> Self
    where
        On: Ports,
    {
        self.with(|it| it.port_mappings.push(PortMapping::tcp(port)))
    }

    /// A UDP port it listens on.
    pub fn udp_port(self, port: u16) -> Self
    where
        On: Ports,
    {
        let mapping = PortMapping { protocol: Some("udp".to_owned()), ..PortMapping::tcp(port) };
        self.with(|it| it.port_mappings.push(mapping))
    }

    /// A TCP port with a name, by which Service Connect finds it.
    pub fn named_port(self, name: &str, port: u16, protocol: ApplicationProtocol) -> Self
    where
        On: Ports,
    {
        let mapping = PortMapping {
            name: Some(name.to_owned()),
            app_protocol: Some(protocol),
            ..PortMapping::tcp(port)
        };
        self.with(|it| it.port_mappings.push(mapping))
    }

    /// A TCP port, and the port of the instance that leads to it.
    pub fn port_on_host(self, port: u16, host_port: HostPort) -> Self
    where
        On: HostPorts,
    {
        let host_port = match host_port {
            HostPort::Dynamic => 0,
            HostPort::Fixed(port) => port,
        };
        let mapping = PortMapping { host_port: Some(host_port.into()), ..PortMapping::tcp(port) };
        self.with(|it| it.port_mappings.push(mapping))
    }

    /// Many TCP ports.
    pub fn port_range(self, lowest: u16, highest: u16) -> Self
    where
        On: PortRanges,
    {
        let range = Some(format!("{lowest}-{highest}"));
        let mapping = PortMapping { container_port_range: range, ..PortMapping::default() };
        self.with(|it| it.port_mappings.push(mapping))
    }

    /// An environment variable; never a secret.
    pub fn environment(self, name: &str, value: impl Into<Output<String>>) -> Self {
        self.with(|it| it.environment.push(KeyValue::new(name, value)))
    }

    /// A file in S3 with more of them, by its ARN.
    pub fn environment_file(self, arn: impl Into<Output<String>>) -> Self {
        let file = EnvironmentFile { value: arn.into(), file_type: EnvironmentFileType::S3 };
        self.with(|it| it.environment_files.push(file))
    }

    /// An environment variable from Secrets Manager or SSM; the task needs an execution role.
    pub fn secret(self, name: &str, value_from: impl Into<Output<String>>) -> Self {
        let secret = Secret { name: name.to_owned(), value_from: value_from.into() };
        self.with(|it| it.secrets.push(secret))
    }

    /// The secret with user and password of a private registry.
    pub fn registry_password(self, secret: impl Into<Output<String>>) -> Self {
        let credentials = RepositoryCredentials { credentials_parameter: secret.into() };
        self.with(|it| it.repository_credentials = Some(credentials))
    }

    /// The command instead of the image's.
    pub fn command(self, words: &[&str]) -> Self {
        self.with(|it| it.command = words.iter().map(|&word| word.to_owned()).collect())
    }

    /// The entry point instead of the image's.
    pub fn entry_point(self, words: &[&str]) -> Self {
        self.with(|it| it.entry_point = words.iter().map(|&word| word.to_owned()).collect())
    }

    /// The directory in which the command runs.
    pub fn working_directory(self, path: &str) -> Self {
        self.with(|it| it.working_directory = Some(path.to_owned()))
    }

    /// A label of the container.
    pub fn label(self, name: &str, value: &str) -> Self {
        self.with(|it| drop(it.docker_labels.insert(name.to_owned(), value.to_owned())))
    }

    /// A command by which ECS sees whether it is well.
    pub fn health_check(self, check: HealthCheck) -> Self {
        self.with(|it| it.health_check = Some(check))
    }

    /// Starts after another container has reached a condition.
    pub fn depends_on(self, container: &str, condition: ContainerCondition) -> Self {
        let dependency = ContainerDependency { container_name: container.to_owned(), condition };
        self.with(|it| it.depends_on.push(dependency))
    }

    /// Can't write to its root file system.
    pub fn read_only_root(self) -> Self {
        self.with(|it| it.readonly_root_filesystem = Some(true))
    }

    /// Sees a volume of the task.
    pub fn mount(self, volume: &str, path: &str) -> Self {
        self.mount_point(volume, path, false)
    }

    /// Sees a volume of the task and can't write to it.
    pub fn mount_read_only(self, volume: &str, path: &str) -> Self {
        self.mount_point(volume, path, true)
    }

    fn mount_point(self, volume: &str, path: &str, read_only: bool) -> Self {
        let mount = MountPoint {
            source_volume: Some(volume.to_owned()),
            container_path: Some(path.to_owned()),
            read_only: Some(read_only),
        };
        self.with(|it| it.mount_points.push(mount))
    }

    /// Sees the volumes of another container.
    pub fn volumes_from(self, container: &str) -> Self {
        let from = VolumeFrom { source_container: Some(container.to_owned()), read_only: Some(false) };
        self.with(|it| it.volumes_from.push(from))
    }

    /// A small init process forwards signals and reaps children.
    pub fn init_process(self) -> Self {
        self.with(|it| it.linux_parameters.get_or_insert_default().init_process_enabled = Some(true))
    }

    /// A Linux capability that it does without.
    pub fn drop_capability(self, capability: &str) -> Self {
        self.with(|it| {
            let parameters = it.linux_parameters.get_or_insert_default();
            parameters.capabilities.get_or_insert_default().drop.push(capability.to_owned());
        })
    }

    /// Runs as this user.
    pub fn user(self, user: &str) -> Self {
        self.with(|it| it.user = Some(user.to_owned()))
    }

    /// The time it has to finish when it is stopped.
    pub fn stop_timeout(self, timeout: StopTimeout) -> Self {
        self.with(|it| it.stop_timeout = Some(timeout.seconds()))
    }

    /// Is started again when it ends, without a new task.
    pub fn restart_policy(self, policy: RestartPolicy) -> Self {
        self.with(|it| it.restart_policy = Some(policy))
    }

    /// A limit of its processes.
    pub fn ulimit(self, limit: Ulimit) -> Self {
        self.with(|it| it.ulimits.push(limit))
    }

    /// A kernel parameter.
    pub fn system_control(self, control: SystemControl) -> Self {
        self.with(|it| it.system_controls.push(control))
    }

    /// A file system in memory.
    pub fn tmpfs(self, path: &str, size: Mebibytes) -> Self {
        let size = saturated(size.0);
        let tmpfs = Tmpfs { container_path: path.to_owned(), size, mount_options: Vec::new() };
        self.with(|it| it.linux_parameters.get_or_insert_default().tmpfs.push(tmpfs))
    }

    /// May look into processes: the one capability that Fargate lets a container add.
    pub fn trace_processes(self) -> Self {
        self.with(|it| add_capability(it, "SYS_PTRACE"))
    }

    /// Logs to CloudWatch; on Fargate the task needs an execution role.
    pub fn awslogs(self, group: Output<String>, region: &str, stream_prefix: &str) -> Self {
        self.with(|it| it.log_configuration = Some(LogConfiguration::awslogs(group, region, stream_prefix)))
    }

    /// Logs to Splunk; the token comes from Secrets Manager, so the task needs an execution role.
    pub fn splunk(self, url: &str, token: impl Into<Output<String>>) -> Self {
        let mut logs = LogConfiguration::with_options(LogDriver::Splunk, [("splunk-url", url.into())]);
        logs.secret_options.push(Secret { name: "splunk-token".to_owned(), value_from: token.into() });
        self.with(|it| it.log_configuration = Some(logs))
    }

    /// Logs to the container that [`Container::route_logs`], with that router's options.
    pub fn firelens<'a>(self, options: impl IntoIterator<Item = (&'a str, Output<String>)>) -> Self {
        let logs = LogConfiguration::with_options(LogDriver::AwsFirelens, options);
        self.with(|it| it.log_configuration = Some(logs))
    }

    /// Routes the logs of the others.
    pub fn route_logs(self, router: FirelensConfiguration) -> Self {
        self.with(|it| it.firelens_configuration = Some(router))
    }
}

/// A number beyond ECS's is refused by the rules, not lost.
fn saturated(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn add_capability(definition: &mut ContainerDefinition, capability: &str) {
    let parameters = definition.linux_parameters.get_or_insert_default();
    parameters.capabilities.get_or_insert_default().add.push(capability.to_owned());
}
