//! What only some launch types and network modes have: one trait for each rule that the compiler enforces.

use super::launch::{Awsvpc, Bridge, DefaultNetwork, Ec2, Fargate, Host, LaunchType, NetworkMode, NoNetwork};
use super::target::{Instance, Ip, TargetKind};

/// Makes a trait, and says who has it. The message is what the compiler says where somebody has not.
macro_rules! capability {
    (
        $(#[$doc:meta])*
        $name:ident: $message:literal, $instead:literal;
        any $($any:ty),* ; modes $($mode:ty),*
    ) => {
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = $instead)]
        pub trait $name: LaunchType {}
        $(#[diagnostic::do_not_recommend] impl $name for $any {})*
        $(#[diagnostic::do_not_recommend] impl $name for Ec2<$mode> {})*
    };
    ($(#[$doc:meta])* $name:ident: $message:literal, $instead:literal; every Ec2) => {
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = $instead)]
        pub trait $name: LaunchType {}
        #[diagnostic::do_not_recommend]
        impl<M: NetworkMode> $name for Ec2<M> {}
    };
}

capability! {
    /// Ports that can be reached.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html> (T23).
    Ports: "T23: a task on `{Self}` has no network, and so no ports", "use network mode Bridge, Host or Awsvpc";
    any Fargate; modes Awsvpc, Bridge, Host, DefaultNetwork
}

capability! {
    /// A host port other than the container's: where containers have a network of their own within the instance.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html> (`hostPort`)
    /// (T21, T22).
    HostPorts: "T21, T22: on `{Self}` a host port can't differ from the container's port",
    "only Ec2<Bridge> maps host ports; elsewhere write `.port(...)`";
    any; modes Bridge, DefaultNetwork
}

capability! {
    /// Ranges of ports.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>
    /// (`containerPortRange`) (T26).
    PortRanges: "T26: on `{Self}` there are no ranges of ports", "only Bridge and Awsvpc have them; with Host map each port by itself";
    any Fargate; modes Awsvpc, Bridge, DefaultNetwork
}

capability! {
    /// Links between containers: Docker's old way to find each other by name.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
    /// (`links`) (T29).
    Links: "T29: on `{Self}` containers have no links", "only Ec2<Bridge> has links; with Awsvpc and Host containers reach each other on localhost";
    any; modes Bridge, DefaultNetwork
}

capability! {
    /// Host names, DNS servers and lines for `/etc/hosts`, and no network for a single container.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
    /// (`hostname`, `dnsServers`, `extraHosts`, `disableNetworking`) (T30 to T33).
    OwnNames: "T30 to T33: on `{Self}` the VPC decides on names and addresses, not the container",
    "leave it out, or use Ec2<Bridge>";
    any; modes Bridge, Host, NoNetwork, DefaultNetwork
}

capability! {
    /// Containers with root's power over the instance.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html> (T34).
    Privileged: "T34: `{Self}` has no privileged containers", "only Ec2 has them"; every Ec2
}

capability! {
    /// SELinux and AppArmor labels.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html> (T35).
    SecurityOptions: "T35: `{Self}` has no Docker security options", "only Ec2 has them"; every Ec2
}

capability! {
    /// Devices, shared memory and swap of the instance.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html> (T36).
    InstanceMemory: "T36: `{Self}` has no devices, shared memory size or swap to give away", "only Ec2 has them"; every Ec2
}

capability! {
    /// Any Linux capability; everywhere else only `SYS_PTRACE` can be added.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html> (T37).
    AnyCapability: "T37: on `{Self}` only SYS_PTRACE can be added", "write `.trace_processes()`"; every Ec2
}

capability! {
    /// The instance's processes and interprocess communication.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
    /// (`pidMode`, `ipcMode`) (T38).
    InstanceNamespaces: "T38: `{Self}` has no instance whose processes and memory could be shared",
    "`.share_processes()` shares those of the task"; every Ec2
}

capability! {
    /// Choosing instances: constraints and strategies.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html>
    /// (T39, S11, S12).
    Placement: "T39, S11, S12: `{Self}` has no instances among which tasks could be placed", "only Ec2 has placement"; every Ec2
}

capability! {
    /// GPUs.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-gpu.html> (T40).
    Gpus: "T40: `{Self}` has no GPUs", "use Ec2 with an instance type that has some"; every Ec2
}

capability! {
    /// Volumes of the instance: Docker's, and its own paths.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html> (T42).
    InstanceVolumes: "T42: `{Self}` has no Docker volumes and no paths of an instance",
    "use `VolumeOf::scratch`, `::efs` or `::at_launch`"; every Ec2
}

capability! {
    /// FSx for Windows File Server.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/wfsx-volumes.html> (T42).
    FsxWindows: "T42: `{Self}` has no FSx for Windows File Server", "only Windows on Ec2 has it"; every Ec2
}

capability! {
    /// Ephemeral storage that can be asked for.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html> (T48).
    EphemeralStorage: "T48: a task on `{Self}` has no ephemeral storage of its own", "its disk is the instance's";
    any Fargate; modes
}

capability! {
    /// Log drivers of the instance.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html>
    /// (`logDriver`) (T49).
    InstanceLogs: "T49: `{Self}` logs to awslogs, splunk or awsfirelens alone",
    "write `.awslogs(...)`, `.splunk(...)` or `.firelens(...)`"; every Ec2
}

capability! {
    /// One task on each instance.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html> (daemon) (S04).
    Daemons: "S04: `{Self}` has no instances to run a daemon on each", "use `ServiceOf::replica`"; every Ec2
}

/// A kind of targets that tasks on `On` can be: addresses with awsvpc, ports of instances otherwise.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html> (L01).
#[diagnostic::on_unimplemented(
    message = "L01: tasks on `{On}` can't be targets of type `{Self}`",
    label = "awsvpc needs target type Ip; bridge and host need Instance; without a network nothing is a target"
)]
pub trait TargetFor<On: LaunchType>: TargetKind {}

#[diagnostic::do_not_recommend]
impl TargetFor<Fargate> for Ip {}
#[diagnostic::do_not_recommend]
impl TargetFor<Ec2<Awsvpc>> for Ip {}
#[diagnostic::do_not_recommend]
impl TargetFor<Ec2<Bridge>> for Instance {}
#[diagnostic::do_not_recommend]
impl TargetFor<Ec2<Host>> for Instance {}
#[diagnostic::do_not_recommend]
impl TargetFor<Ec2<DefaultNetwork>> for Instance {}
