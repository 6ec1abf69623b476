//! ECS: clusters, task definitions, services and what belongs to them.
//!
//! Twice: in the words of ECS's JSON ([`TaskDefinition`], [`Service`], ...), which can say anything and are checked by
//! [`rules`], and as types that know launch type and network mode ([`Task`], [`Container`], [`ServiceOf`], ...), in
//! which most of what ECS refuses does not compile.

pub mod body;
pub mod capacity;
pub mod capacity_provider;
pub mod cluster;
pub mod cluster_capacity;
pub mod cluster_query;
pub mod container;
pub mod diagnosis;
pub mod fit;
pub mod follow;
pub mod instance_type;
pub mod open_enum;
pub mod placement;
pub mod reader;
pub mod requests;
mod resource;
pub mod revisions;
pub mod rollout;
pub mod rules;
pub mod run_task;
pub mod service;
pub mod tag;
pub mod task_definition;
pub mod task_size;
pub mod typed;
pub mod unknown_members;
pub mod verdict;

pub use capacity::CapacityProviderStrategyItem;
pub use capacity_provider::{CapacityProvider, ManagedScaling};
pub use cluster::Cluster;
pub use cluster_capacity::ClusterCapacity;
pub use cluster_query::{Attribute, Expression, ExpressionError};
pub use container::ContainerDefinition;
pub use instance_type::{InstanceType, UnknownInstanceType};
pub use run_task::RunTaskRequest;
pub use service::Service;
pub use task_definition::TaskDefinition;
pub use task_size::{CpuUnits, FargateSize, FargateSizeError, Mebibytes};
pub use typed::{
    AutoScalingGroupProvider, Awsvpc, BlueGreen, Bridge, Canary, CapacityOf, ClusterRef, Container,
    DefaultNetwork, Deployment, Ec2, EphemeralGib, ExecutionRole, Fargate, FargateProvider, Host, HostPort,
    Instance, InstanceLogDriver, InstanceNetwork, Ip, Linear, LoadBalanced, NoNetwork, PercentInTenths,
    Revision, Rolling, RunTask, ServiceOf, StopTimeout, StrategyOf, Targets, Task, TaskRole, VolumeOf,
};
