//! The desired value of every kind of AWS resource, one file per kind. No AWS calls here: the provider makes them.
//!
//! A stack of two of them, of which the second needs the first:
//!
//! ```
//! use infra_engine::Stack;
//! use infra_resources::{IamRole, InstanceProfile, Partition};
//! use infra_resources::iam_role::assumed_by_instances;
//!
//! let mut stack = Stack::new("demo");
//! let role = stack.add("ec2", IamRole {
//!     name: "demo-instances".to_owned(),
//!     path: "/demo/".to_owned(),
//!     assume_role_policy: assumed_by_instances(Partition::of_region("eu-west-1")),
//!     inline_policies: Default::default(),
//!     managed_policies: Vec::new(),
//!     permissions_boundary: None,
//! });
//! stack.add("ec2", InstanceProfile {
//!     name: "demo-instances".to_owned(),
//!     path: "/demo/".to_owned(),
//!     // Known once the role is there: so the profile comes after it, and goes before it.
//!     role_name: role.name.clone(),
//! });
//! ```

pub mod auto_scaling_group;
pub mod bucket;
pub mod cost;
pub mod default_vpc;
pub mod ecr_image;
pub mod ecr_repository;
pub mod gateway_endpoint;
pub mod iam_role;
pub mod image;
pub mod instance_profile;
pub mod instance_subnets;
pub mod kms_key;
pub mod launch_template;
pub mod listener;
pub mod listener_rule;
pub mod load_balancer;
pub mod log_group;
pub mod name;
pub mod partition;
pub mod secret_source;
pub mod security_group;
pub mod service_scaling;
pub mod target_group;

pub use auto_scaling_group::AutoScalingGroup;
pub use bucket::Bucket;
pub use cost::{Estimate, Money, Usage};
pub use default_vpc::DefaultVpc;
pub use ecr_image::EcrImage;
pub use ecr_repository::{EcrRepository, TagMutability};
pub use gateway_endpoint::GatewayEndpoint;
pub use iam_role::IamRole;
pub use image::Image;
pub use infra_ecs::{CapacityProvider, Cluster, ClusterCapacity, Service, TaskDefinition};
pub use instance_profile::InstanceProfile;
pub use instance_subnets::InstanceSubnets;
pub use kms_key::KmsKey;
pub use launch_template::LaunchTemplate;
pub use listener::Listener;
pub use listener_rule::ListenerRule;
pub use load_balancer::LoadBalancer;
pub use log_group::LogGroup;
pub use name::{NameError, NameLimit};
pub use partition::Partition;
pub use secret_source::SecretSource;
pub use security_group::{Ingress, SecurityGroup, TrafficSource};
pub use service_scaling::ServiceScaling;
pub use target_group::{HealthCheck, TargetGroup};
