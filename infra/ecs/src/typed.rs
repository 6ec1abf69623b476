//! ECS in types: what can't be together does not compile. Begin reading at [`Task`] and [`ServiceOf`].
//!
//! A launch type and its network mode are type parameters: [`Fargate`], [`Ec2<Bridge>`](Ec2), ... What only some of
//! them have is a trait in [`capability`], whose name and rule the compiler names when it is missing.

pub mod capability;
mod capacity;
mod container;
mod deployment;
mod launch;
mod limits;
mod role;
mod run_task;
mod service;
mod target;
mod task;
mod volume;

pub use capacity::{
    AutoScalingGroupProvider, CapacityOf, FargateProvider, ProviderKind, ProviderOf, StrategyOf,
};
pub use container::{Container, HostPort, InstanceLogDriver};
pub use deployment::{BlueGreen, Canary, Deployment, Linear, PercentInTenths, Rolling};
pub use launch::{
    Awsvpc, Bridge, DefaultNetwork, Ec2, Fargate, Host, InstanceNetwork, LaunchType, NetworkMode, NoNetwork,
    ServiceNetwork,
};
pub use limits::{EphemeralGib, StopTimeout};
pub use role::{ExecutionRole, TaskRole};
pub use run_task::RunTask;
pub use service::{ClusterRef, LoadBalanced, ServiceOf};
pub use target::{Instance, Ip, TargetKind, TargetType, Targets};
pub use task::{Revision, Task};
pub use volume::VolumeOf;
