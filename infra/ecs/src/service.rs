//! Services: a number of tasks kept running, in the words of ECS's own JSON.

pub mod connect;
pub mod deployment;
pub mod load_balancer;
pub(crate) mod normalise;
pub mod placement;
mod propagate_tags;
pub mod volume;

pub use connect::{ServiceConnect, ServiceConnectClientAlias, ServiceConnectService};
pub use deployment::{
    AdvancedConfiguration, CanaryConfiguration, CircuitBreaker, CircuitBreakerThreshold, DeploymentAlarms,
    DeploymentConfiguration, DeploymentController, DeploymentControllerType, DeploymentStrategy,
    EarlySuccessCriteria, HookAction, HookTarget, HookTimeout, LifecycleHook, LifecycleStage,
    LinearConfiguration, RevisionCleanup, ThresholdType,
};
pub use load_balancer::{ServiceLoadBalancer, ServiceRegistry};
pub use placement::{PlacementConstraint, PlacementConstraintType, PlacementStrategy, PlacementStrategyType};
pub use propagate_tags::PropagateTags;
pub use volume::{ManagedEbsVolume, ServiceVolume};

use crate::capacity::CapacityProviderStrategyItem;
use crate::open_enum;
use crate::task_definition::volume::Switch;
use crate::unknown_members::UnknownMembers;
use infra_engine::{Output, outputs};
use serde::{Deserialize, Serialize};

/// A service: tasks of one task definition that ECS keeps running, replaces and connects to a load balancer.
///
/// This is the form that ECS takes; programs write a [`ServiceOf`](crate::ServiceOf), which knows the launch type
/// and network mode of its task.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html>;
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Service {
    /// The service's name, unique within the cluster.
    pub service_name: String,
    /// The cluster's name, by which the service is found; not sent to ECS.
    pub cluster_name: String,
    /// The cluster.
    pub cluster: Option<Output<String>>,
    /// The revision that its tasks run.
    pub task_definition: Option<Output<String>>,
    /// How many tasks. Left out where somebody else decides: an autoscaler, or the number of instances of a daemon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired_count: Option<i32>,
    /// How many tasks it begins with where somebody else decides from then on; not compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_desired_count: Option<i32>,
    /// A number of tasks, or one on each instance.
    pub scheduling_strategy: Option<SchedulingStrategy>,
    /// Where the tasks run; not together with a capacity provider strategy.
    pub launch_type: Option<LaunchType>,
    /// Which capacity providers run which share of the tasks; with neither, the cluster's default strategy does.
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// The version of Fargate: [`LATEST_PLATFORM`], which is 1.4.0 on Linux, if left out. Compared only where one is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_version: Option<String>,
    /// Where its tasks live in the network: with awsvpc required, with other modes refused.
    pub network_configuration: Option<NetworkConfiguration>,
    /// Who sends it requests.
    pub load_balancers: Vec<ServiceLoadBalancer>,
    /// Where it is registered by name (AWS Cloud Map).
    pub service_registries: Vec<ServiceRegistry>,
    /// Seconds at a task's start in which failed health checks do not count; the checks themselves run.
    pub health_check_grace_period_seconds: Option<i32>,
    /// The role with which ECS registers targets; an account has one of its own for that.
    pub role: Option<Output<String>>,
    /// Who replaces tasks by those of a new revision.
    pub deployment_controller: Option<DeploymentController>,
    /// How a new revision takes over.
    pub deployment_configuration: Option<DeploymentConfiguration>,
    /// Whether ECS evens out tasks over availability zones. Left out, ECS decides: enabled where it can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone_rebalancing: Option<Switch>,
    /// Which instances may run its tasks.
    pub placement_constraints: Vec<PlacementConstraint>,
    /// Which of these instances are taken first.
    pub placement_strategy: Vec<PlacementStrategy>,
    /// Names by which services of a namespace reach each other.
    pub service_connect_configuration: Option<ServiceConnect>,
    /// The volumes that the task definition leaves to be configured at launch.
    pub volume_configurations: Vec<ServiceVolume>,
    /// Whether tasks get tags with the cluster's and the service's name.
    #[serde(rename = "enableECSManagedTags")]
    pub enable_ecs_managed_tags: Option<bool>,
    /// Whose tags tasks get.
    pub propagate_tags: Option<PropagateTags>,
    /// Whether `aws ecs execute-command` may open a shell in its containers; needs a task role.
    pub enable_execute_command: Option<bool>,
    /// Why ECS gave its last deployment up. Only a live service has this, and none is to: another deployment has to begin.
    pub failed_deployment: Option<String>,
    /// Members that this version does not know.
    #[serde(flatten, skip_deserializing)]
    pub unknown: UnknownMembers,
}

/// The newest version of Fargate, whichever that is.
pub const LATEST_PLATFORM: &str = "LATEST";

impl Service {
    /// Whether a version of Fargate that ECS reports is the one that is asked for: it may say which one is the latest.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html>
    pub fn asks_for_platform(&self, reported: &str) -> bool {
        match self.platform_version.as_deref() {
            Some(LATEST_PLATFORM) => [LATEST_PLATFORM, "1.4.0", "1.0.0"].contains(&reported),
            asked => asked == Some(reported),
        }
    }
}

open_enum! {
    /// Where tasks run.
    ///
    /// A capacity provider strategy does the same and more: Fargate Spot, shares, instances that come and go.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/capacity-launch-type-comparison.html>
    pub enum LaunchType {
        /// Instances of your own in the cluster.
        Ec2 = "EC2",
        /// Capacity without instances.
        Fargate = "FARGATE",
        /// Servers of your own (ECS Anywhere).
        External = "EXTERNAL",
        /// EC2 instances that ECS keeps.
        ManagedInstances = "MANAGED_INSTANCES",
    }
}

open_enum! {
    /// How many tasks a service has.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html>
    /// (scheduling strategies).
    pub enum SchedulingStrategy {
        /// The desired count. For web apps and workers.
        Replica = "REPLICA",
        /// One on each container instance that fits: for agents that collect logs or metrics. Not on Fargate.
        Daemon = "DAEMON",
    }
}

/// The network of tasks with network mode awsvpc.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_NetworkConfiguration.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkConfiguration {
    /// Subnets, security groups and public addresses.
    pub awsvpc_configuration: Option<AwsvpcConfiguration>,
}

/// Where tasks with a network interface of their own get it.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AwsvpcConfiguration {
    /// 1 to 16 subnets of one VPC.
    pub subnets: Output<Vec<String>>,
    /// Who may connect to the tasks: at most 5 security groups.
    #[serde(default)]
    pub security_groups: Vec<Output<String>>,
    /// Whether tasks get a public address: without a NAT gateway they can't pull images without one.
    pub assign_public_ip: Option<Switch>,
}

outputs! {
    /// What others refer to.
    ServiceOutputs {
        /// The service's ARN.
        arn: String,
    }
}
