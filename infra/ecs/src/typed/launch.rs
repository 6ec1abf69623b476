//! Launch types and network modes as types.

use crate::service::{AwsvpcConfiguration, NetworkConfiguration};
use crate::task_definition::{self as api, Compatibility};
use std::marker::PhantomData;

/// Where a task runs and how it is connected: [`Fargate`], or [`Ec2`] with a network mode.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/capacity-launch-type-comparison.html>
pub trait LaunchType: sealed::Sealed + Sized {
    /// How its containers are connected.
    type Network: NetworkMode;
    /// ECS's word for it.
    const COMPATIBILITY: Compatibility;
}

/// How a task's containers are connected to the network.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html>
#[diagnostic::on_unimplemented(
    message = "T02: `{Self}` is not a network mode",
    label = "Awsvpc, Bridge, Host, NoNetwork or DefaultNetwork"
)]
pub trait NetworkMode: sealed::Sealed {
    /// ECS's word for it, if it has one.
    const MODE: Option<api::NetworkMode>;
}

/// No servers to look after: each task is a machine of its own, with an address of its own.
///
/// Therefore nothing that belongs to a server: no network mode but awsvpc, no host ports or paths, no placement, no
/// privileged containers, no GPUs. Costs by vCPU, memory and second.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate.html>
#[derive(Clone, Copy, Debug)]
pub struct Fargate;

/// Instances of your own Auto Scaling group: everything that Docker on Linux has, and instances to look after.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch-type-ec2.html>
#[derive(Clone, Copy, Debug)]
pub struct Ec2<M: NetworkMode>(PhantomData<M>);

/// A network interface and an address for each task, with security groups of its own.
///
/// Use it unless something speaks against it: tasks are seen in the VPC as instances are. It uses up the instance's
/// network interfaces (a `t3.micro` has one to give), targets are addresses (`ip`), and names, DNS and host ports are
/// the VPC's (T21, T29 to T33).
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html>
#[derive(Clone, Copy, Debug)]
pub struct Awsvpc;

/// Docker's network within the instance; host ports are fixed, or dynamic so that many tasks fit on an instance.
///
/// Use it for many small tasks on few instances. Targets are ports of instances (`instance`), and the security group is
/// the instance's, open for the whole dynamic range.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-networkmode-bridge.html>
#[derive(Clone, Copy, Debug)]
pub struct Bridge;

/// The instance's own network: nothing in between, and one task for a port on an instance.
///
/// Use it for agents that watch the instance's network, or for very much traffic. A host port can't differ from the
/// container's (T22), and a container sees whatever listens on the instance.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-networkmode-host.html>
#[derive(Clone, Copy, Debug)]
pub struct Host;

/// No network: for work that needs none, such as computing on a mounted volume. No ports (T23).
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html>
#[derive(Clone, Copy, Debug)]
pub struct NoNetwork;

/// None said: bridge on Linux, NAT on Windows. The tutorial's "Default", which is no value of the API (T02).
///
/// Use it for Windows on EC2, where it is the way to say NAT (T65); on Linux say [`Bridge`].
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
/// (`networkMode`).
#[derive(Clone, Copy, Debug)]
pub struct DefaultNetwork;

/// What a service says about the network of tasks that use the instance's: nothing (S07).
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>
/// (`networkConfiguration`).
#[derive(Clone, Copy, Debug, Default)]
pub struct InstanceNetwork;

/// What a service says about the network of tasks with this network mode: with awsvpc everything, else nothing.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>
/// (`networkConfiguration`) (S07).
#[diagnostic::on_unimplemented(
    message = "S07: a service of tasks with network mode `{M}` takes no `{Self}`",
    label = "awsvpc needs an AwsvpcConfiguration, every other mode InstanceNetwork"
)]
pub trait ServiceNetwork<M: NetworkMode> {
    /// The configuration as ECS takes it.
    fn configuration(self) -> Option<NetworkConfiguration>;
}

#[diagnostic::do_not_recommend]
impl ServiceNetwork<Awsvpc> for AwsvpcConfiguration {
    fn configuration(self) -> Option<NetworkConfiguration> {
        Some(NetworkConfiguration { awsvpc_configuration: Some(self) })
    }
}

/// Makes a network mode one whose services say nothing about the network.
macro_rules! of_the_instance {
    ($($mode:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl ServiceNetwork<$mode> for InstanceNetwork {
            fn configuration(self) -> Option<NetworkConfiguration> {
                None
            }
        }
    )*};
}

of_the_instance!(Bridge, Host, NoNetwork, DefaultNetwork);

impl LaunchType for Fargate {
    type Network = Awsvpc;
    const COMPATIBILITY: Compatibility = Compatibility::Fargate;
}

impl<M: NetworkMode> LaunchType for Ec2<M> {
    type Network = M;
    const COMPATIBILITY: Compatibility = Compatibility::Ec2;
}

impl NetworkMode for Awsvpc {
    const MODE: Option<api::NetworkMode> = Some(api::NetworkMode::Awsvpc);
}

impl NetworkMode for Bridge {
    const MODE: Option<api::NetworkMode> = Some(api::NetworkMode::Bridge);
}

impl NetworkMode for Host {
    const MODE: Option<api::NetworkMode> = Some(api::NetworkMode::Host);
}

impl NetworkMode for NoNetwork {
    const MODE: Option<api::NetworkMode> = Some(api::NetworkMode::None);
}

impl NetworkMode for DefaultNetwork {
    const MODE: Option<api::NetworkMode> = None;
}

mod sealed {
    use super::{Awsvpc, Bridge, DefaultNetwork, Ec2, Fargate, Host, NetworkMode, NoNetwork};

    /// ECS's list is complete: nobody adds a launch type or a network mode.
    pub trait Sealed {}

    impl Sealed for Fargate {}
    impl<M: NetworkMode> Sealed for Ec2<M> {}
    impl Sealed for Awsvpc {}
    impl Sealed for Bridge {}
    impl Sealed for Host {}
    impl Sealed for NoNetwork {}
    impl Sealed for DefaultNetwork {}
}
