//! What ECS refuses of a task definition.

mod container_settings;
mod dependencies;
mod fargate;
mod identity;
mod logging;
mod managed_instances;
mod memory;
mod network;
mod platform;
mod ports;
mod processor;
mod roles;
mod secrets;
mod storage;
mod volumes;
mod windows;

pub use container_settings::devices;

use super::finding::{Findings, Path};
use crate::container::ContainerDefinition;
use crate::task_definition::{Compatibility, NetworkMode, TaskDefinition};

/// Checks a task definition against every rule.
pub fn task_definition(definition: &TaskDefinition) -> Findings {
    let task = Checked::new(definition);
    let mut findings = Findings::default();
    let rules: [fn(&Checked<'_>, &mut Findings); 16] = [
        identity::check,
        platform::check,
        processor::check,
        memory::check,
        network::check,
        ports::check,
        fargate::check,
        windows::check,
        managed_instances::check,
        volumes::check,
        storage::check,
        logging::check,
        roles::check,
        secrets::check,
        dependencies::check,
        container_settings::check,
    ];
    for rule in rules {
        rule(&task, &mut findings);
    }
    findings
}

/// A task definition, and what many rules ask of it.
struct Checked<'a> {
    definition: &'a TaskDefinition,
    fargate: bool,
    external: bool,
    managed_instances: bool,
    windows: bool,
}

impl<'a> Checked<'a> {
    fn new(definition: &'a TaskDefinition) -> Self {
        let on = |compatibility| definition.requires_compatibilities.contains(&compatibility);
        let family = definition.runtime_platform.and_then(|platform| platform.operating_system_family);
        Self {
            definition,
            fargate: on(Compatibility::Fargate),
            external: on(Compatibility::External),
            managed_instances: on(Compatibility::ManagedInstances),
            windows: family.is_some_and(|family| family.is_windows()),
        }
    }

    fn mode(&self) -> Option<NetworkMode> {
        self.definition.network_mode
    }

    fn awsvpc(&self) -> bool {
        self.mode() == Some(NetworkMode::Awsvpc)
    }

    fn containers(&self) -> &'a [ContainerDefinition] {
        &self.definition.container_definitions
    }

    /// Calls `look` with each container and the way to it.
    fn each_container(&self, mut look: impl FnMut(&'a ContainerDefinition, &Path<'_>)) {
        let containers = Path::Root.member("containerDefinitions");
        for (index, container) in self.containers().iter().enumerate() {
            look(container, &containers.item(index));
        }
    }

    fn container(&self, name: &str) -> Option<&'a ContainerDefinition> {
        self.containers().iter().find(|container| container.name.as_deref() == Some(name))
    }
}

/// The way to a member of the task definition itself.
fn at(member: &str) -> Path<'_> {
    Path::Member(&Path::Root, member)
}
