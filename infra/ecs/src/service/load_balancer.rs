//! Where a service's tasks are registered so that others find them.

use super::AdvancedConfiguration;
use infra_engine::Output;
use serde::{Deserialize, Serialize};

/// The target group in which a service registers its tasks.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceLoadBalancer {
    /// The target group, of type `ip` for awsvpc and `instance` for other network modes.
    pub target_group_arn: Option<Output<String>>,
    /// A Classic Load Balancer instead; not with awsvpc.
    pub load_balancer_name: Option<String>,
    /// The container that requests go to.
    pub container_name: Option<String>,
    /// Its port, which it must have a port mapping for.
    pub container_port: Option<i32>,
    /// The second target group and the listener rules, for blue/green, linear and canary deployments.
    pub advanced_configuration: Option<AdvancedConfiguration>,
}

/// A service of AWS Cloud Map in which a service's tasks are registered.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceRegistry {
    /// The registry.
    pub registry_arn: Option<Output<String>>,
    /// The port of an SRV record.
    pub port: Option<i32>,
    /// The container, with bridge and host.
    pub container_name: Option<String>,
    /// Its port, with bridge and host.
    pub container_port: Option<i32>,
}
