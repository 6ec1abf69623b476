//! A task definition that knows its launch type and network mode.

use super::capability::{EphemeralStorage, InstanceNamespaces, Placement};
use super::container::Container;
use super::launch::{Ec2, Fargate, LaunchType, NetworkMode};
use super::limits::EphemeralGib;
use super::role::{ExecutionRole, TaskRole};
use super::volume::VolumeOf;
use crate::cluster_query::Expression;
use crate::task_definition::placement_constraint::{TaskPlacementConstraint, TaskPlacementConstraintType};
use crate::task_definition::runtime_platform::{CpuArchitecture, RuntimePlatform, WindowsVersion};
use crate::task_definition::{self as api, IpcMode, PidMode, TaskDefinition};
use crate::task_size::{CpuUnits, FargateSize, Mebibytes};
use infra_engine::{Handle, Output, Stack};
use std::marker::PhantomData;

/// A task definition on `On`: [`Fargate`], or [`Ec2`] with a network mode.
///
/// ```
/// use infra_ecs::{Container, Task};
/// use infra_ecs::fargate_size;
/// let task = Task::fargate("web", fargate_size!(cpu: 256, memory: 512))
///     .container(Container::new("web", "nginx").port(80));
/// # assert_eq!(task.definition().cpu.as_deref(), Some("256"));
/// ```
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html> and
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters_ec2.html>.
#[derive(Clone, Debug)]
#[must_use = "a task definition belongs into a stack: call `add`"]
pub struct Task<On> {
    definition: TaskDefinition,
    instance_type: Option<String>,
    on: PhantomData<On>,
}

/// A task definition in a stack: what services and run-task run.
#[derive(Clone, Debug)]
pub struct Revision<On> {
    /// The resource.
    pub handle: Handle<TaskDefinition>,
    definition: TaskDefinition,
    on: PhantomData<On>,
}

impl Task<Fargate> {
    /// A task on Fargate, which has sizes to choose from and no others.
    pub fn fargate(family: &str, size: FargateSize) -> Self {
        Self::empty(family).with(|it| {
            it.cpu = Some(size.cpu());
            it.memory = Some(size.memory());
        })
    }

    /// A task on Fargate whose size comes from settings: it is checked with the rest of the task definition.
    pub fn fargate_from_settings(family: &str, cpu: CpuUnits, memory: Mebibytes) -> Self {
        Self::empty(family).with(|it| {
            it.cpu = Some(cpu.0.to_string());
            it.memory = Some(memory.0.to_string());
        })
    }
}

impl<M: NetworkMode> Task<Ec2<M>> {
    /// A task on instances of your own; without a size its containers say how much memory they need.
    pub fn ec2(family: &str) -> Self {
        Self::empty(family)
    }

    /// An upper limit for all containers together.
    pub fn size(self, cpu: CpuUnits, memory: Mebibytes) -> Self {
        self.with(|it| {
            it.cpu = Some(cpu.0.to_string());
            it.memory = Some(memory.0.to_string());
        })
    }

    /// The instance type it will run on: its images must be built for that processor.
    pub fn on_instance_type(mut self, instance_type: &str) -> Self {
        self.instance_type = Some(instance_type.to_owned());
        self
    }
}

impl<On: LaunchType> Task<On> {
    fn empty(family: &str) -> Self {
        let definition = TaskDefinition {
            family: family.to_owned(),
            requires_compatibilities: vec![On::COMPATIBILITY],
            network_mode: <On::Network as NetworkMode>::MODE,
            ..TaskDefinition::default()
        };
        Self { definition, instance_type: None, on: PhantomData }
    }

    /// The definition as ECS takes it.
    pub fn definition(self) -> TaskDefinition {
        self.definition
    }

    /// Changes members that have no method here; the rules check them before any call.
    pub fn with(mut self, change: impl FnOnce(&mut TaskDefinition)) -> Self {
        change(&mut self.definition);
        self
    }

    /// One more container.
    pub fn container(self, container: Container<On>) -> Self {
        self.with(|it| it.container_definitions.push(container.definition()))
    }

    /// A volume that its containers can mount.
    pub fn volume(self, volume: VolumeOf<On>) -> Self {
        self.with(|it| it.volumes.push(volume.volume()))
    }

    /// What the app may do.
    pub fn task_role(self, role: TaskRole) -> Self {
        self.with(|it| it.task_role_arn = Some(role.arn()))
    }

    /// What ECS may do to start it.
    pub fn execution_role(self, role: ExecutionRole) -> Self {
        self.with(|it| it.execution_role_arn = Some(role.arn()))
    }

    /// Linux on this processor.
    pub fn linux(self, architecture: CpuArchitecture) -> Self {
        self.with(|it| it.runtime_platform = Some(RuntimePlatform::linux(architecture)))
    }

    /// Windows, which runs on x86-64 alone.
    pub fn windows(self, version: WindowsVersion) -> Self {
        self.with(|it| it.runtime_platform = Some(RuntimePlatform::windows(version)))
    }

    /// Its containers see each other's processes.
    pub fn share_processes(self) -> Self {
        self.with(|it| it.pid_mode = Some(PidMode::Task))
    }

    /// A larger disk than the 20 GiB that it has anyway.
    pub fn ephemeral_storage(self, size: EphemeralGib) -> Self
    where
        On: EphemeralStorage,
    {
        let storage = api::EphemeralStorage { size_in_gib: size.gib() };
        self.with(|it| it.ephemeral_storage = Some(storage))
    }

    /// Its containers see the instance's processes.
    pub fn share_instance_processes(self) -> Self
    where
        On: InstanceNamespaces,
    {
        self.with(|it| it.pid_mode = Some(PidMode::Host))
    }

    /// With whom its containers share memory segments.
    pub fn ipc_mode(self, mode: IpcMode) -> Self
    where
        On: InstanceNamespaces,
    {
        self.with(|it| it.ipc_mode = Some(mode))
    }

    /// Runs only on instances that fit the expression: `memberOf`, the one constraint a task definition has.
    pub fn member_of(self, expression: &Expression) -> Self
    where
        On: Placement,
    {
        let constraint = TaskPlacementConstraint {
            constraint_type: Some(TaskPlacementConstraintType::MemberOf),
            expression: Some(expression.text().to_owned()),
        };
        self.with(|it| it.placement_constraints.push(constraint))
    }

    /// Puts it into a stack; what ECS would refuse of it becomes an error of the stack.
    pub fn add(self, stack: &mut Stack, logical_name: &str) -> Revision<On> {
        let handle = stack.add(logical_name, self.definition.clone());
        let mismatch = self.instance_type.as_deref().and_then(|it| wrong_processor(&self.definition, it));
        stack.refuse(&handle.id, mismatch.into_iter().collect());
        Revision { handle, definition: self.definition, on: PhantomData }
    }
}

/// Images for one processor do not run on another.
fn wrong_processor(definition: &TaskDefinition, instance_type: &str) -> Option<String> {
    let has = CpuArchitecture::of_instance_type(instance_type);
    let wanted = definition.runtime_platform.and_then(|platform| platform.cpu_architecture);
    let wanted = wanted.unwrap_or(CpuArchitecture::X86_64);
    (has != wanted).then(|| {
        format!(
            "runtimePlatform.cpuArchitecture: {wanted} images can't run on {instance_type}, which is {has}: build them for \
             it (cpu_architecture={has}) or choose another type"
        )
    })
}

impl<On: LaunchType> Revision<On> {
    /// The revision's ARN.
    pub fn arn(&self) -> Output<String> {
        self.handle.arn.clone()
    }

    /// What is in it.
    pub fn definition(&self) -> &TaskDefinition {
        &self.definition
    }
}
