//! The network: the default VPC, and who may connect to the load balancer and to the tasks.

use crate::load_balancing::{HTTP, HTTPS};
use crate::names::Names;
use crate::settings::Settings;
use infra_engine::{Handle, ResourceId, Stack};
use infra_resources::{DefaultVpc, GatewayEndpoint, Ingress, Partition, SecurityGroup, TrafficSource};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// The host port of the tutorial's PHP task.
const TUTORIAL_HOST_PORT: u16 = 8080;

/// From these Docker picks host ports.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html> (`hostPort`).
pub const DYNAMIC_PORTS: RangeInclusive<u16> = 32768..=65535;

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
    let from_clients =
        |port| Ingress::port(port, TrafficSource::Cidr(settings.network.allowed_clients.clone()));
    let https = settings.load_balancer.certificate.is_some().then_some(HTTPS);
    let test_ports = settings.apps.iter().filter_map(|(_, app)| app.deployment.test_port());
    let load_balancer_group = stack.add(
        "load-balancer",
        SecurityGroup {
            name: names.load_balancer_security_group.clone(),
            vpc_id: vpc.vpc_id.clone(),
            ingress: [HTTP].into_iter().chain(https).chain(test_ports).map(from_clients).collect(),
            all_egress: true,
        },
    );
    let ports: BTreeSet<u16> = settings.apps.iter().map(|(_, app)| app.container_port).collect();
    let from_load_balancer = || TrafficSource::SecurityGroup(load_balancer_group.group_id.clone());
    let task_group = stack.add(
        "tasks",
        SecurityGroup {
            name: names.task_security_group.clone(),
            vpc_id: vpc.vpc_id.clone(),
            ingress: ports.into_iter().map(|port| Ingress::port(port, from_load_balancer())).collect(),
            all_egress: true,
        },
    );
    Network { vpc, load_balancer_group, task_group }
}

/// Zones that are left out and are not there.
pub fn zones_elsewhere(settings: &Settings, region: &str) -> Vec<String> {
    let elsewhere = settings.network.excluded_zones.iter().filter(|zone| !zone.starts_with(region));
    let note = |zone: &String| {
        format!("network.excluded_zones: {zone} is not a zone of {region}, so none is left out for it")
    };
    elsewhere.map(note).collect()
}

/// The way to S3 of tasks that have no public address; a gateway endpoint costs nothing.
pub fn s3_endpoint(stack: &mut Stack, names: &Names, region: &str, network: &Network) -> ResourceId {
    let endpoint = GatewayEndpoint {
        name: names.s3_endpoint.clone(),
        vpc_id: network.vpc.vpc_id.clone(),
        service_name: Partition::s3_gateway_service(region),
    };
    stack.add("s3", endpoint).id
}

/// The instances' security group: ports of tasks for the load balancer alone; SSH only where a setting lets somebody in.
pub fn instance_group(
    stack: &mut Stack,
    names: &Names,
    settings: &Settings,
    network: &Network,
) -> Handle<SecurityGroup> {
    let from_load_balancer = || TrafficSource::SecurityGroup(network.load_balancer_group.group_id.clone());
    let of_apps = settings.apps.iter().map(|(_, app)| app.ec2_host_port);
    let host_ports: BTreeSet<u16> =
        of_apps.chain([TUTORIAL_HOST_PORT]).filter(|port| !DYNAMIC_PORTS.contains(port)).collect();
    let fixed = host_ports.into_iter().filter(|&port| port != 0);
    let mut ingress: Vec<Ingress> = fixed.map(|port| Ingress::port(port, from_load_balancer())).collect();
    ingress.push(Ingress {
        from_port: *DYNAMIC_PORTS.start(),
        to_port: *DYNAMIC_PORTS.end(),
        from: from_load_balancer(),
    });
    ingress.extend(settings.ec2.ssh_from.clone().map(|range| Ingress::port(22, TrafficSource::Cidr(range))));
    stack.add(
        "ec2",
        SecurityGroup {
            name: names.instance_security_group.clone(),
            vpc_id: network.vpc.vpc_id.clone(),
            ingress,
            all_egress: true,
        },
    )
}
