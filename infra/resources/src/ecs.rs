//! ECS: clusters, task definitions and services.

pub mod cluster;
pub mod container;
pub mod service;
pub mod task_definition;
pub mod task_size;

pub use cluster::{CapacityProviderStrategyItem, Cluster};
pub use container::{
    ContainerDefinition, ContainerHealthCheck, KeyValue, LogConfiguration, MountPoint, PortMapping,
    SystemControl,
};
pub use service::{CircuitBreaker, Deployment, Service, ServiceLoadBalancer, ServiceNetwork};
pub use task_definition::{RuntimePlatform, TaskDefinition, Volume};
pub use task_size::{FargateSize, FargateSizeError};
