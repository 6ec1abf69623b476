//! The task definition that is checked.

use crate::container::ContainerDefinition;
use crate::rules::Path;
use crate::task_definition::{Compatibility, NetworkMode, TaskDefinition};

/// A task definition, and what many rules ask of it.
pub struct Checked<'a> {
    pub definition: &'a TaskDefinition,
    pub fargate: bool,
    pub external: bool,
    pub managed_instances: bool,
    pub windows: bool,
}

impl<'a> Checked<'a> {
    pub fn new(definition: &'a TaskDefinition) -> Self {
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

    pub fn mode(&self) -> Option<NetworkMode> {
        self.definition.network_mode
    }

    pub fn awsvpc(&self) -> bool {
        self.mode() == Some(NetworkMode::Awsvpc)
    }

    pub fn containers(&self) -> &'a [ContainerDefinition] {
        &self.definition.container_definitions
    }

    /// Calls `look` with each container and the way to it.
    pub fn each_container(&self, mut look: impl FnMut(&'a ContainerDefinition, &Path<'_>)) {
        let containers = Path::Root.member("containerDefinitions");
        for (index, container) in self.containers().iter().enumerate() {
            look(container, &containers.item(index));
        }
    }

    pub fn container(&self, name: &str) -> Option<&'a ContainerDefinition> {
        self.containers().iter().find(|container| container.name.as_deref() == Some(name))
    }
}
