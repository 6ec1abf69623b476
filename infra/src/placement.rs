//! Where an app runs, as a type: from it follows what its task, its target group and its service are like.

use crate::instances::Instances;
use crate::network::Network;
use crate::settings::{AppSettings, SpotMix};
use infra_ecs::service::{AwsvpcConfiguration, LATEST_PLATFORM};
use infra_ecs::task_definition::volume::Switch;
use infra_ecs::typed::capability::{self, Ports, TargetFor};
use infra_ecs::typed::{LaunchType, NetworkMode, ProviderKind, ServiceNetwork};
use infra_ecs::{
    Awsvpc, Bridge, CapacityOf, Container, Ec2, Fargate, FargateProvider, HostPort, Instance,
    InstanceNetwork, Ip, ServiceOf, StrategyOf, Task,
};
use infra_engine::ResourceId;

/// A place for tasks on [`Placement::On`](Self::On).
pub trait Placement {
    /// Launch type and network mode.
    type On: ProviderKind + Ports;
    /// What the load balancer's targets are.
    type Target: TargetFor<Self::On>;
    /// What its services say of the network.
    type Network: ServiceNetwork<<Self::On as LaunchType>::Network>;
    /// What of it a service can't change: part of the service's name.
    const SHAPE: &'static str;

    /// A task of the size that the settings say.
    fn task(&self, family: &str, settings: &AppSettings) -> Task<Self::On>;
    /// The container with its port, and its share of an instance.
    fn container(&self, container: Container<Self::On>, settings: &AppSettings) -> Container<Self::On>;
    /// Where its tasks live in the network.
    fn network(&self, network: &Network) -> Self::Network;
    /// Who runs its tasks.
    fn capacity(&self) -> CapacityOf<Self::On>;
    /// Which instances are taken.
    fn placed(&self, service: ServiceOf<Self::On>, settings: &AppSettings) -> ServiceOf<Self::On>;
}

/// Fargate alone, or mixed with Fargate Spot.
pub struct OnFargate {
    /// The shares, where there is Fargate Spot.
    pub spot_mix: Option<SpotMix>,
}

/// The instances, with ports of the instance.
pub struct OnInstances<'a>(pub &'a Instances);

/// The instances, with a network interface for each task.
pub struct OnInstancesAwsvpc<'a> {
    /// The instances.
    pub instances: &'a Instances,
    /// The way to S3 of tasks that have no public address.
    pub s3_endpoint: ResourceId,
}

impl Placement for OnFargate {
    type On = Fargate;
    type Target = Ip;
    type Network = AwsvpcConfiguration;
    const SHAPE: &'static str = "fargate awsvpc";

    fn task(&self, family: &str, settings: &AppSettings) -> Task<Fargate> {
        Task::fargate_from_settings(family, settings.cpu_units, settings.memory_mib)
    }

    fn container(&self, container: Container<Fargate>, settings: &AppSettings) -> Container<Fargate> {
        container.port(settings.container_port)
    }

    fn network(&self, network: &Network) -> AwsvpcConfiguration {
        // In a default VPC tasks can't pull their image without a public address.
        awsvpc(network, Switch::Enabled)
    }

    fn capacity(&self) -> CapacityOf<Fargate> {
        CapacityOf::Strategy(match self.spot_mix {
            None => StrategyOf::weight(FargateProvider::Fargate, 1),
            Some(SpotMix { fargate_base, fargate_weight, spot_weight }) => {
                StrategyOf::base_and_weight(FargateProvider::Fargate, fargate_base, fargate_weight)
                    .and_weight(FargateProvider::FargateSpot, spot_weight)
            }
        })
    }

    /// A version that somebody set by hand is not to stay.
    fn placed(&self, service: ServiceOf<Fargate>, _: &AppSettings) -> ServiceOf<Fargate> {
        service.platform_version(LATEST_PLATFORM)
    }
}

impl Placement for OnInstances<'_> {
    type On = Ec2<Bridge>;
    type Target = Instance;
    type Network = InstanceNetwork;
    const SHAPE: &'static str = "ec2 bridge";

    fn task(&self, family: &str, _: &AppSettings) -> Task<Ec2<Bridge>> {
        Task::ec2(family).on_instance_type(&self.0.instance_type)
    }

    fn container(&self, container: Container<Ec2<Bridge>>, settings: &AppSettings) -> Container<Ec2<Bridge>> {
        let host_port = match settings.ec2_host_port {
            0 => HostPort::Dynamic,
            port => HostPort::Fixed(port),
        };
        share(container, settings).port_on_host(settings.container_port, host_port)
    }

    fn network(&self, _: &Network) -> InstanceNetwork {
        InstanceNetwork
    }

    fn capacity(&self) -> CapacityOf<Ec2<Bridge>> {
        CapacityOf::Strategy(StrategyOf::weight(self.0.provider.clone(), 1))
    }

    fn placed(&self, service: ServiceOf<Ec2<Bridge>>, settings: &AppSettings) -> ServiceOf<Ec2<Bridge>> {
        placed(service, self.0, settings)
    }
}

impl Placement for OnInstancesAwsvpc<'_> {
    type On = Ec2<Awsvpc>;
    type Target = Ip;
    type Network = AwsvpcConfiguration;
    const SHAPE: &'static str = "ec2 awsvpc";

    fn task(&self, family: &str, _: &AppSettings) -> Task<Ec2<Awsvpc>> {
        Task::ec2(family).on_instance_type(&self.instances.instance_type)
    }

    fn container(&self, container: Container<Ec2<Awsvpc>>, settings: &AppSettings) -> Container<Ec2<Awsvpc>> {
        share(container, settings).port(settings.container_port)
    }

    fn network(&self, network: &Network) -> AwsvpcConfiguration {
        // Only Fargate gives tasks public addresses.
        awsvpc(network, Switch::Disabled)
    }

    fn capacity(&self) -> CapacityOf<Ec2<Awsvpc>> {
        CapacityOf::Strategy(StrategyOf::weight(self.instances.provider.clone(), 1))
    }

    fn placed(&self, service: ServiceOf<Ec2<Awsvpc>>, settings: &AppSettings) -> ServiceOf<Ec2<Awsvpc>> {
        placed(service.after(&self.s3_endpoint), self.instances, settings)
    }
}

fn awsvpc(network: &Network, assign_public_ip: Switch) -> AwsvpcConfiguration {
    AwsvpcConfiguration {
        subnets: network.vpc.subnet_ids.clone(),
        security_groups: vec![network.task_group.group_id.clone()],
        assign_public_ip: Some(assign_public_ip),
    }
}

/// What an instance sets aside for a task is less than what the task may use for a while.
fn share<M: NetworkMode>(container: Container<Ec2<M>>, settings: &AppSettings) -> Container<Ec2<M>>
where
    Ec2<M>: LaunchType,
{
    let reservation = settings.ec2_memory_reservation_mib;
    container.cpu(settings.cpu_units).memory(settings.memory_mib).memory_reservation(reservation)
}

fn placed<M: NetworkMode>(
    service: ServiceOf<Ec2<M>>,
    instances: &Instances,
    settings: &AppSettings,
) -> ServiceOf<Ec2<M>>
where
    Ec2<M>: ProviderKind + capability::Placement,
{
    let service = service.after(&instances.attachment);
    let constraints = settings.placement_constraints.iter().map(|setting| setting.0.clone());
    let service = constraints.fold(service, ServiceOf::placement_constraint);
    let strategies = settings.placement_strategy.iter().map(|setting| setting.0.clone());
    strategies.fold(service, ServiceOf::placement_strategy)
}
