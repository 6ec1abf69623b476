//! The network: the default VPC, and who may connect to the load balancer and to the tasks.

use crate::names::Names;
use crate::settings::NetworkSettings;
use infra_engine::{Handle, Stack};
use infra_resources::{DefaultVpc, Ingress, SecurityGroup, TrafficSource};

/// What the network consists of.
pub struct Network {
    /// The VPC and its subnets.
    pub vpc: Handle<DefaultVpc>,
    /// The load balancer's security group.
    pub load_balancer_group: Handle<SecurityGroup>,
    /// The tasks' security group.
    pub task_group: Handle<SecurityGroup>,
}

/// The load balancer takes HTTP from the allowed clients, tasks take HTTP from the load balancer alone.
pub fn network(stack: &mut Stack, names: &Names, settings: &NetworkSettings) -> Network {
    let vpc = stack.add("default", DefaultVpc { excluded_zones: settings.excluded_zones.clone() });
    let load_balancer_group = stack.add(
        "load-balancer",
        SecurityGroup {
            name: names.load_balancer_security_group.clone(),
            vpc_id: vpc.vpc_id.clone(),
            ingress: vec![Ingress::port(80, TrafficSource::Cidr(settings.allowed_clients.clone()))],
        },
    );
    let task_group = stack.add(
        "tasks",
        SecurityGroup {
            name: names.task_security_group.clone(),
            vpc_id: vpc.vpc_id.clone(),
            ingress: vec![Ingress::port(
                80,
                TrafficSource::SecurityGroup(load_balancer_group.group_id.clone()),
            )],
        },
    );
    Network { vpc, load_balancer_group, task_group }
}
