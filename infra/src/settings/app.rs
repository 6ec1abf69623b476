//! The settings of one app: where it runs, its task, its service.

use super::deployment::DeploymentSettings;
use super::placement::{ConstraintSetting, StrategySetting};
use super::range::{Allowed, MOST, Range, settings};
use super::scaling::ScalingSettings;
use super::secrets::{self, MOST_SECRETS, SecretSetting};
use super::texts::{CONSTRAINT, IMAGE, STRATEGY};
use Allowed::{Flag, List, Number, Optional, Section, Text, Word};
use infra_ecs::open_enum::known;
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_ecs::{CpuUnits, Mebibytes};
use serde::{Deserialize, Serialize};

settings! {
    /// One app: its task and its service. By default it is one small task on Fargate.
    pub struct AppSettings {
        /// Where its tasks run. Changing it makes a new service, which takes over from the old one.
        runs_on: Compute = Compute::Fargate, Word(&["fargate", "fargate-spot", "ec2"]), "";
        /// How tasks are divided with `fargate-spot`.
        spot_mix: SpotMix = SpotMix::default(), Section(SpotMix::RANGES), "";
        /// How tasks on `ec2` are connected.
        ec2_network_mode: Ec2NetworkMode = Ec2NetworkMode::Bridge,
            Word(&["bridge", "awsvpc"]), "RegisterTaskDefinition (networkMode), Amazon ECS API Reference";
        /// With `bridge`: the instance's port that leads to the container, one task for an instance (the tutorial has 8080);
        /// 0 lets Docker pick one for each task.
        ec2_host_port: u16 = 0, Number(0, 65_535), "PortMapping (hostPort), Amazon ECS API Reference";
        /// With `ec2`: the MiB that an instance keeps free for a task, up to `memory_mib`, at which it is killed.
        ec2_memory_reservation_mib: Mebibytes = Mebibytes(256),
            Number(6, MOST), "ContainerDefinition (memoryReservation), Amazon ECS API Reference";
        /// With `ec2`: which instances are taken first, such as `["binpack:memory"]`.
        placement_strategy: Vec<StrategySetting> = StrategySetting::spread_and_binpack(),
            List(&Text(&STRATEGY), 5), "PlacementStrategy, Amazon ECS API Reference";
        /// With `ec2`: which instances may be taken at all, such as `["distinctInstance"]`.
        placement_constraints: Vec<ConstraintSetting> = Vec::new(),
            List(&Text(&CONSTRAINT), 10), "PlacementConstraint, Amazon ECS API Reference";
        /// An image to run instead of one built from this checkout, such as `repository@sha256:...`.
        image: Option<String> = None,
            Optional(&Text(&IMAGE)), "ContainerDefinition (image), Amazon ECS API Reference";
        /// The processor its image is built for: `X86_64` or `ARM64`.
        #[serde(deserialize_with = "known")]
        cpu_architecture: CpuArchitecture = CpuArchitecture::X86_64,
            Word(&["X86_64", "ARM64"]), "RuntimePlatform (cpuArchitecture), Amazon ECS API Reference";
        /// Variables that ECS reads from Secrets Manager or SSM when a task starts, by reference:
        /// `[{"name":"DB_PASSWORD","from":"/prod/db-password"}]`. No value of one is ever read here.
        secrets: Vec<SecretSetting> = Vec::new(),
            List(&Section(SecretSetting::RANGES), MOST_SECRETS), secrets::PAGE;
        /// CPU units of a task; 1024 are one vCPU.
        cpu_units: CpuUnits = CpuUnits(256),
            Number(2, 196_608),
            "ContainerDefinition (cpu) and RegisterTaskDefinition (cpu), Amazon ECS API Reference";
        /// MiB of memory of a task.
        memory_mib: Mebibytes = Mebibytes(512),
            Number(6, MOST), "ContainerDefinition (memory), Amazon ECS API Reference";
        /// The port the container listens on.
        container_port: u16 = 80, Number(1, 65_535), "PortMapping (containerPort), Amazon ECS API Reference";
        /// How many tasks run; with scaling, how many the first deploy begins with.
        desired_count: u32 = 1, Number(0, MOST), "CreateService (desiredCount), Amazon ECS API Reference";
        /// Who changes that number.
        scaling: ScalingSettings = ScalingSettings::default(), Section(ScalingSettings::RANGES), "";
        /// How a new revision takes over.
        deployment: DeploymentSettings = DeploymentSettings::default(), Section(DeploymentSettings::RANGES), "";
        /// With a rolling deployment: percent of the tasks that keep running, at least.
        minimum_healthy_percent: i32 = 100,
            Number(0, 100), "DeploymentConfiguration (minimumHealthyPercent), Amazon ECS API Reference";
        /// With a rolling deployment: percent of the tasks that run, at most.
        maximum_percent: i32 = 200,
            Number(100, MOST), "DeploymentConfiguration (maximumPercent), Amazon ECS API Reference";
        /// Whether ECS evens out tasks over availability zones; it can't with `maximum_percent` at 100.
        availability_zone_rebalancing: bool = true,
            Flag, "CreateService (availabilityZoneRebalancing), Amazon ECS API Reference";
        /// Seconds at a task's start in which failed health checks of the load balancer do not count.
        health_check_grace_period_seconds: u32 = 60,
            Number(0, MOST), "CreateService (healthCheckGracePeriodSeconds), Amazon ECS API Reference";
        /// Seconds between SIGTERM and SIGKILL: 2 to 120 on Fargate, to 3600 on `ec2`. Of these `load_balancer.drain_seconds` are for new
        /// requests and 5 for the end; the rest is for requests in flight.
        stop_timeout_seconds: u32 = 45,
            Number(2, 3600), "ContainerDefinition (stopTimeout), Amazon ECS API Reference";
        /// Whether `cargo xtask exec` may open a shell in its tasks, with ECS Exec. On a local AWS it always may.
        execute_command: bool = false, Flag, "CreateService (enableExecuteCommand), Amazon ECS API Reference";
    }
}

/// Where an app's tasks run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compute {
    /// On Fargate.
    Fargate,
    /// On Fargate and Fargate Spot, in the shares of `spot_mix`.
    FargateSpot,
    /// On the instances of `ec2`.
    Ec2,
}

settings! {
    /// How tasks are divided between Fargate and Fargate Spot.
    #[derive(Copy)]
    pub struct SpotMix {
        /// So many tasks on Fargate before the others are divided.
        fargate_base: i32 = 1,
            Number(0, 100_000), "CapacityProviderStrategyItem (base), Amazon ECS API Reference";
        /// Fargate's share of the others.
        fargate_weight: i32 = 1,
            Number(0, 1000), "CapacityProviderStrategyItem (weight), Amazon ECS API Reference";
        /// Fargate Spot's share of the others.
        spot_weight: i32 = 3,
            Number(0, 1000), "CapacityProviderStrategyItem (weight), Amazon ECS API Reference";
    }
}

/// How tasks on instances are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ec2NetworkMode {
    /// By ports of the instance.
    Bridge,
    /// By a network interface for each task.
    Awsvpc,
}
