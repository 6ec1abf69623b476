//! The network: the default VPC, and who may connect to the load balancer and to the tasks.

use crate::names::Names;
use crate::settings::Settings;
use infra_engine::{Handle, Stack};
use infra_resources::{DefaultVpc, Ingress, SecurityGroup, TrafficSource};
use std::collections::BTreeSet;

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
pub fn network(stack: &mut Stack, names: &Names, settings: &Settings) -> Network {
    let vpc = stack.add("default", DefaultVpc { excluded_zones: settings.network.excluded_zones.clone() });
    let load_balancer_group = stack.add(
        "load-balancer",
        SecurityGroup {
            name: names.load_balancer_security_group.clone(),
            vpc_id: vpc.vpc_id.clone(),
            ingress: vec![Ingress::port(80, TrafficSource::Cidr(settings.network.allowed_clients.clone()))],
        },
    );
    let ports = BTreeSet::from([settings.web.container_port, settings.php.container_port]);
    let from_load_balancer = || TrafficSource::SecurityGroup(load_balancer_group.group_id.clone());
    let task_group = stack.add(
        "tasks",
        SecurityGroup {
            name: names.task_security_group.clone(),
            vpc_id: vpc.vpc_id.clone(),
            ingress: ports.into_iter().map(|port| Ingress::port(port, from_load_balancer())).collect(),
        },
    );
    Network { vpc, load_balancer_group, task_group }
}
