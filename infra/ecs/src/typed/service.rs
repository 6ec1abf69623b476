//! A service that knows the launch type and network mode of its tasks.

use super::capability::{Daemons, Placement, TargetFor};
use super::capacity::{CapacityOf, ProviderKind};
use super::deployment::Deployment;
use super::launch::{Fargate, LaunchType, ServiceNetwork};
use super::target::Targets;
use super::task::Revision;
use crate::rules;
use crate::service::{
    AdvancedConfiguration, PlacementConstraint, PlacementStrategy, PropagateTags, SchedulingStrategy,
    Service, ServiceConnect, ServiceLoadBalancer, ServiceRegistry, ServiceVolume,
};
use crate::task_definition::TaskDefinition;
use crate::task_definition::volume::Switch;
use infra_engine::{Handle, Output, ResourceId, Stack};
use std::marker::PhantomData;
use std::time::Duration;

/// The cluster that a service lives in.
#[derive(Clone, Debug)]
pub struct ClusterRef {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: Output<String>,
}

/// A service whose tasks run on `On`.
///
/// Network, target type, placement and capacity must be what tasks on `On` have, or it does not compile.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html>
#[derive(Clone, Debug)]
#[must_use = "a service belongs into a stack: call `add`"]
pub struct ServiceOf<On> {
    service: Service,
    task: TaskDefinition,
    /// What the deployment needs of each load balancer.
    advanced: Option<AdvancedConfiguration>,
    after: Vec<ResourceId>,
    on: PhantomData<On>,
}

/// A target group that sends requests to a service's tasks.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html>
#[derive(Clone, Debug)]
pub struct LoadBalanced<'a, T> {
    /// The target group.
    pub targets: &'a Targets<T>,
    /// What forwards to it: ECS takes a service only once something does.
    pub forwarded_by: &'a ResourceId,
    /// The container that requests go to.
    pub container: &'a str,
    /// The port of it.
    pub port: u16,
    /// How long failed health checks do not count when a task starts.
    pub grace_period: Duration,
}

impl<On: ProviderKind> ServiceOf<On> {
    /// This many tasks. With awsvpc the network says where they live, else it is the instance's.
    pub fn replica(
        name: &str,
        cluster: &ClusterRef,
        revision: &Revision<On>,
        desired_count: u32,
        network: impl ServiceNetwork<On::Network>,
    ) -> Self {
        let mut service = Self::new(name, cluster, revision, network);
        service.service.scheduling_strategy = Some(SchedulingStrategy::Replica);
        service.service.desired_count = Some(i32::try_from(desired_count).unwrap_or(i32::MAX));
        service.service.availability_zone_rebalancing = Some(Switch::Enabled);
        service
    }

    /// One task on each instance.
    pub fn daemon(
        name: &str,
        cluster: &ClusterRef,
        revision: &Revision<On>,
        network: impl ServiceNetwork<On::Network>,
    ) -> Self
    where
        On: Daemons,
    {
        let mut service = Self::new(name, cluster, revision, network);
        service.service.scheduling_strategy = Some(SchedulingStrategy::Daemon);
        service.service.availability_zone_rebalancing = Some(Switch::Disabled);
        service
    }

    fn new(
        name: &str,
        cluster: &ClusterRef,
        revision: &Revision<On>,
        network: impl ServiceNetwork<On::Network>,
    ) -> Self {
        let service = Service {
            service_name: name.to_owned(),
            cluster_name: cluster.name.clone(),
            cluster: Some(cluster.arn.clone()),
            task_definition: Some(revision.arn()),
            launch_type: Some(On::LAUNCH_TYPE),
            network_configuration: network.configuration(),
            ..Service::default()
        };
        let task = revision.definition().clone();
        Self { service, task, advanced: None, after: Vec::new(), on: PhantomData }
    }

    /// Who runs its tasks; its launch type unless said otherwise.
    pub fn capacity(self, capacity: CapacityOf<On>) -> Self {
        self.with(|it| (it.launch_type, it.capacity_provider_strategy) = capacity.parts())
    }

    /// An autoscaler decides how many tasks it has; this many are there in the beginning.
    pub fn scaled_by_an_autoscaler(self, initial_count: u32) -> Self {
        self.with(|it| {
            it.desired_count = None;
            it.initial_desired_count = Some(i32::try_from(initial_count).unwrap_or(i32::MAX));
        })
    }

    /// Waits for something that it does not refer to, such as its cluster's getting a capacity provider.
    pub fn after(mut self, other: &ResourceId) -> Self {
        self.after.push(other.clone());
        self
    }

    /// Who sends it requests.
    pub fn load_balancer<T: TargetFor<On>>(mut self, balanced: &LoadBalanced<'_, T>) -> Self {
        let LoadBalanced { targets, forwarded_by, container, port, grace_period } = balanced;
        self.after.push((*forwarded_by).clone());
        let grace_period = i32::try_from(grace_period.as_secs()).unwrap_or(i32::MAX);
        self.with(|it| {
            it.health_check_grace_period_seconds = Some(grace_period);
            it.load_balancers.push(ServiceLoadBalancer {
                target_group_arn: Some(targets.arn.clone()),
                container_name: Some((*container).to_owned()),
                container_port: Some((*port).into()),
                ..ServiceLoadBalancer::default()
            });
        })
    }

    /// How a new revision takes over; by rolling unless said otherwise.
    pub fn deployment(mut self, deployment: Deployment<On>) -> Self {
        let (configuration, advanced) = deployment.configuration();
        self.advanced = advanced;
        self.with(|it| it.deployment_configuration = Some(configuration))
    }
}

impl ServiceOf<Fargate> {
    /// The version of Fargate instead of the latest.
    pub fn platform_version(self, version: &str) -> Self {
        self.with(|it| it.platform_version = Some(version.to_owned()))
    }
}

impl<On: LaunchType> ServiceOf<On> {
    /// The service as ECS takes it.
    pub fn service(mut self) -> Service {
        for balancer in &mut self.service.load_balancers {
            balancer.advanced_configuration.clone_from(&self.advanced);
        }
        self.service
    }

    /// Changes members that have no method here; the rules check them before any call.
    pub fn with(mut self, change: impl FnOnce(&mut Service)) -> Self {
        change(&mut self.service);
        self
    }

    /// ECS does not even out tasks over availability zones, as rolling updates with at most 100 percent and placement
    /// strategies that do not begin with zones want it (S21).
    pub fn without_zone_rebalancing(self) -> Self {
        self.with(|it| it.availability_zone_rebalancing = Some(Switch::Disabled))
    }

    /// Lets `aws ecs execute-command` open a shell in its containers; its task needs a task role.
    pub fn execute_command(self) -> Self {
        self.with(|it| it.enable_execute_command = Some(true))
    }

    /// Whose tags its tasks get.
    pub fn propagate_tags(self, tags: PropagateTags) -> Self {
        self.with(|it| it.propagate_tags = Some(tags))
    }

    /// Names by which other services reach it.
    pub fn service_connect(self, connect: ServiceConnect) -> Self {
        self.with(|it| it.service_connect_configuration = Some(connect))
    }

    /// Registers it by name in AWS Cloud Map.
    pub fn service_registry(self, registry: ServiceRegistry) -> Self {
        self.with(|it| it.service_registries.push(registry))
    }

    /// The disk behind a volume that the task definition leaves to be configured at launch.
    pub fn volume(self, volume: ServiceVolume) -> Self {
        self.with(|it| it.volume_configurations.push(volume))
    }

    /// Which instances may run its tasks.
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

    /// Puts it into a stack; what ECS would refuse of it becomes an error of the stack.
    pub fn add(self, stack: &mut Stack, logical_name: &str) -> Handle<Service> {
        let (after, task) = (self.after.clone(), self.task.clone());
        let service = self.service();
        let problems = rules::service_and_task(&service, &task).refusals();
        let handle = stack.add_after(logical_name, service, &after.iter().collect::<Vec<_>>());
        stack.refuse(&handle.id, problems);
        handle
    }
}
