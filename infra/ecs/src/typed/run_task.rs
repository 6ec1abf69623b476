//! One-off tasks that know the launch type and network mode of what they run.

use super::capability::Placement;
use super::capacity::{CapacityOf, ProviderKind};
use super::launch::{Fargate, LaunchType, ServiceNetwork};
use super::role::{ExecutionRole, TaskRole};
use super::task::Revision;
use crate::container::KeyValue;
use crate::rules::{self, Refused};
use crate::run_task::{ContainerOverride, RunTaskRequest, TaskOverride, TaskVolume};
use crate::service::{PlacementConstraint, PlacementStrategy};
use crate::task_definition::TaskDefinition;
use crate::task_size::FargateSize;
use std::marker::PhantomData;

/// One to ten tasks of a revision that run once and end: a migration, a batch, a look around.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/standalone-task-create.html>
#[derive(Clone, Debug)]
#[must_use = "a request does nothing by itself"]
pub struct RunTask<On> {
    request: RunTaskRequest,
    task: TaskDefinition,
    on: PhantomData<On>,
}

impl<On: ProviderKind> RunTask<On> {
    /// One task of this revision. With awsvpc the network says where it lives, else it is the instance's.
    pub fn new(cluster: &str, revision: &Revision<On>, network: impl ServiceNetwork<On::Network>) -> Self {
        let request = RunTaskRequest {
            cluster: Some(cluster.into()),
            task_definition: Some(revision.arn()),
            count: Some(1),
            launch_type: Some(On::LAUNCH_TYPE),
            network_configuration: network.configuration(),
            ..RunTaskRequest::default()
        };
        Self { request, task: revision.definition().clone(), on: PhantomData }
    }

    /// Who runs it; its launch type unless said otherwise.
    pub fn capacity(self, capacity: CapacityOf<On>) -> Self {
        self.with(|it| (it.launch_type, it.capacity_provider_strategy) = capacity.parts())
    }
}

impl RunTask<Fargate> {
    /// Another size.
    pub fn size(self, size: FargateSize) -> Self {
        self.with_overrides(|it| {
            it.cpu = Some(size.cpu());
            it.memory = Some(size.memory());
        })
    }
}

impl<On: LaunchType> RunTask<On> {
    /// The request as ECS takes it.
    ///
    /// # Errors
    /// With everything that ECS would refuse of it.
    pub fn request(self) -> Result<RunTaskRequest, Refused> {
        let mut findings = rules::run_task(&self.request);
        findings.errors.extend(rules::run_task_and_task(&self.request, &self.task).errors);
        if findings.is_ok() { Ok(self.request) } else { Err(Refused(Box::new(findings))) }
    }

    /// Changes members that have no method here.
    pub fn with(mut self, change: impl FnOnce(&mut RunTaskRequest)) -> Self {
        change(&mut self.request);
        self
    }

    /// So many tasks, at most ten in a call.
    pub fn count(self, count: u8) -> Self {
        self.with(|it| it.count = Some(count.into()))
    }

    /// The disk behind a volume that the task definition leaves to be configured at launch.
    pub fn volume(self, volume: TaskVolume) -> Self {
        self.with(|it| it.volume_configurations.push(volume))
    }

    /// A name for tasks that belong together.
    pub fn group(self, group: &str) -> Self {
        self.with(|it| it.group = Some(group.to_owned()))
    }

    /// Another command for a container.
    pub fn command(self, container: &str, words: &[&str]) -> Self {
        let command = words.iter().map(|&word| word.to_owned()).collect();
        self.override_container(ContainerOverride {
            name: Some(container.to_owned()),
            command,
            ..ContainerOverride::default()
        })
    }

    /// One more environment variable for a container.
    pub fn environment(self, container: &str, name: &str, value: &str) -> Self {
        self.override_container(ContainerOverride {
            name: Some(container.to_owned()),
            environment: vec![KeyValue::new(name, value)],
            ..ContainerOverride::default()
        })
    }

    fn override_container(self, change: ContainerOverride) -> Self {
        self.with(|it| it.overrides.get_or_insert_default().merge(change))
    }

    /// Other rights for the app.
    pub fn task_role(self, role: TaskRole) -> Self {
        self.with_overrides(|it| it.task_role_arn = Some(role.arn()))
    }

    /// Other rights for ECS.
    pub fn execution_role(self, role: ExecutionRole) -> Self {
        self.with_overrides(|it| it.execution_role_arn = Some(role.arn()))
    }

    fn with_overrides(self, change: impl FnOnce(&mut TaskOverride)) -> Self {
        self.with(|it| change(it.overrides.get_or_insert_default()))
    }

    /// Which instances may run it.
    pub fn placement_constraint(self, constraint: PlacementConstraint) -> Self
    where
        On: Placement,
    {
        self.with(|it| it.placement_constraints.push(constraint))
    }

    /// Which of these instances are taken first.
    pub fn placement_strategy(self, strategy: PlacementStrategy) -> Self
    where
        On: Placement,
    {
        self.with(|it| it.placement_strategy.push(strategy))
    }
}
