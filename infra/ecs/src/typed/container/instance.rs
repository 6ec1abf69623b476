//! What a container has only where there is an instance, or a network of Docker's own.

use super::{Container, InstanceLogDriver, add_capability, saturated};
use crate::container::{Device, HostEntry, LogConfiguration, LogDriver, ResourceRequirement, ResourceType};
use crate::task_size::Mebibytes;
use crate::typed::capability::{
    AnyCapability, Gpus, InstanceLogs, InstanceMemory, Links, OwnNames, Privileged, SecurityOptions,
};
use crate::typed::launch::LaunchType;
use infra_engine::Output;

impl<On: LaunchType> Container<On> {
    /// Logs on the instance.
    pub fn instance_logs<'a>(
        self,
        driver: InstanceLogDriver,
        options: impl IntoIterator<Item = (&'a str, Output<String>)>,
    ) -> Self
    where
        On: InstanceLogs,
    {
        let driver = match driver {
            InstanceLogDriver::JsonFile => LogDriver::JsonFile,
            InstanceLogDriver::Syslog => LogDriver::Syslog,
            InstanceLogDriver::Journald => LogDriver::Journald,
            InstanceLogDriver::Gelf => LogDriver::Gelf,
            InstanceLogDriver::Fluentd => LogDriver::Fluentd,
        };
        self.with(|it| it.log_configuration = Some(LogConfiguration::with_options(driver, options)))
    }

    /// Finds another container by name.
    pub fn link(self, container: &str) -> Self
    where
        On: Links,
    {
        self.with(|it| it.links.push(container.to_owned()))
    }

    /// Has this host name.
    pub fn hostname(self, name: &str) -> Self
    where
        On: OwnNames,
    {
        self.with(|it| it.hostname = Some(name.to_owned()))
    }

    /// Asks this DNS server.
    pub fn dns_server(self, address: &str) -> Self
    where
        On: OwnNames,
    {
        self.with(|it| it.dns_servers.push(address.to_owned()))
    }

    /// Knows a host by a line in `/etc/hosts`.
    pub fn extra_host(self, hostname: &str, address: &str) -> Self
    where
        On: OwnNames,
    {
        let entry = HostEntry { hostname: hostname.to_owned(), ip_address: address.to_owned() };
        self.with(|it| it.extra_hosts.push(entry))
    }

    /// Has no network.
    pub fn disable_networking(self) -> Self
    where
        On: OwnNames,
    {
        self.with(|it| it.disable_networking = Some(true))
    }

    /// Has root's power over the instance.
    pub fn privileged(self) -> Self
    where
        On: Privileged,
    {
        self.with(|it| it.privileged = Some(true))
    }

    /// An SELinux or AppArmor label.
    pub fn security_option(self, option: &str) -> Self
    where
        On: SecurityOptions,
    {
        self.with(|it| it.docker_security_options.push(option.to_owned()))
    }

    /// A Linux capability.
    pub fn add_capability(self, capability: &str) -> Self
    where
        On: AnyCapability,
    {
        self.with(|it| add_capability(it, capability))
    }

    /// A device of the instance.
    pub fn device(self, device: Device) -> Self
    where
        On: InstanceMemory,
    {
        self.with(|it| it.linux_parameters.get_or_insert_default().devices.push(device))
    }

    /// The size of `/dev/shm`.
    pub fn shared_memory(self, size: Mebibytes) -> Self
    where
        On: InstanceMemory,
    {
        let size = Some(saturated(size.0));
        self.with(|it| it.linux_parameters.get_or_insert_default().shared_memory_size = size)
    }

    /// Swap it may use.
    pub fn max_swap(self, size: Mebibytes) -> Self
    where
        On: InstanceMemory,
    {
        self.with(|it| it.linux_parameters.get_or_insert_default().max_swap = Some(saturated(size.0)))
    }

    /// GPUs that only it uses.
    pub fn gpus(self, count: u32) -> Self
    where
        On: Gpus,
    {
        let requirement = ResourceRequirement {
            resource_type: ResourceType::Gpu,
            value: Some(count.to_string()),
            sharing_strategy: None,
        };
        self.with(|it| it.resource_requirements.push(requirement))
    }
}
