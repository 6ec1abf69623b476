//! The desired value of every kind of AWS resource, one file per kind. No AWS calls here: the provider makes them.

pub mod bucket;
pub mod default_vpc;
pub mod ecr_repository;
pub mod ecs;
pub mod iam_role;
pub mod image;
pub mod listener;
pub mod listener_rule;
pub mod load_balancer;
pub mod log_group;
pub mod name;
pub mod security_group;
pub mod target_group;

pub use bucket::Bucket;
pub use default_vpc::DefaultVpc;
pub use ecr_repository::{EcrRepository, TagMutability};
pub use ecs::{Cluster, Service, TaskDefinition};
pub use iam_role::IamRole;
pub use image::Image;
pub use listener::Listener;
pub use listener_rule::ListenerRule;
pub use load_balancer::LoadBalancer;
pub use log_group::LogGroup;
pub use name::{NameError, NameLimit};
pub use security_group::{Ingress, SecurityGroup, TrafficSource};
pub use target_group::{HealthCheck, TargetGroup};
