//! The settings of one app: where it runs, its task, its service.

use super::placement::{ConstraintSetting, StrategySetting};
use super::range::{Allowed, MOST, Range};
use super::scaling::ScalingSettings;
use super::texts::{CONSTRAINT, IMAGE, STRATEGY};
use Allowed::{Flag, List, Number, Optional, Text, Word};
use infra_ecs::open_enum::known;
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_ecs::{CpuUnits, Mebibytes};
use serde::{Deserialize, Serialize};

/// One app: its task and its service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppSettings {
    /// Where its tasks run. Changing it makes a new service, which takes over from the old one.
    pub runs_on: Compute,
    /// How tasks are divided with `fargate-spot`.
    pub spot_mix: SpotMix,
    /// How tasks on `ec2` are connected.
    pub ec2_network_mode: Ec2NetworkMode,
    /// With `bridge`: the instance's port that leads to the container, one task for an instance (the tutorial has 8080);
    /// 0 lets Docker pick one for each task.
    pub ec2_host_port: u16,
    /// With `ec2`: the MiB that an instance keeps free for a task, up to `memory_mib`, at which it is killed.
    pub ec2_memory_reservation_mib: Mebibytes,
    /// With `ec2`: which instances are taken first, such as `["binpack:memory"]`.
    pub placement_strategy: Vec<StrategySetting>,
    /// With `ec2`: which instances may be taken at all, such as `["distinctInstance"]`.
    pub placement_constraints: Vec<ConstraintSetting>,
    /// An image to run instead of one built from this checkout, such as `repository@sha256:...`.
    pub image: Option<String>,
    /// The processor its image is built for: `X86_64` or `ARM64`.
    #[serde(deserialize_with = "known")]
    pub cpu_architecture: CpuArchitecture,
    /// CPU units of a task; 1024 are one vCPU.
    pub cpu_units: CpuUnits,
    /// MiB of memory of a task.
    pub memory_mib: Mebibytes,
    /// The port the container listens on.
    pub container_port: u16,
    /// How many tasks run; with scaling, how many the first deploy begins with.
    pub desired_count: u32,
    /// Who changes that number.
    pub scaling: ScalingSettings,
    /// Percent of the tasks that keep running during a deployment, at least.
    pub minimum_healthy_percent: i32,
    /// Percent of the tasks that run during a deployment, at most.
    pub maximum_percent: i32,
    /// Whether ECS evens out tasks over availability zones; it can't with `maximum_percent` at 100.
    pub availability_zone_rebalancing: bool,
    /// Seconds at a task's start in which failed health checks of the load balancer do not count.
    pub health_check_grace_period_seconds: u32,
    /// Seconds between SIGTERM and SIGKILL: 2 to 120 on Fargate, to 3600 on `ec2`. Of these `load_balancer.drain_seconds` are for new
    /// requests and 5 for the end; the rest is for requests in flight.
    pub stop_timeout_seconds: u32,
}

impl AppSettings {
    pub(super) const RANGES: &'static [Range] = &[
        Range::new("runs_on", Word(&["fargate", "fargate-spot", "ec2"]), ""),
        Range::section("spot_mix", SpotMix::RANGES),
        Range::new(
            "ec2_network_mode",
            Word(&["bridge", "awsvpc"]),
            "RegisterTaskDefinition (networkMode), Amazon ECS API Reference",
        ),
        Range::new("ec2_host_port", Number(0, 65_535), "PortMapping (hostPort), Amazon ECS API Reference"),
        Range::new(
            "ec2_memory_reservation_mib",
            Number(6, MOST),
            "ContainerDefinition (memoryReservation), Amazon ECS API Reference",
        ),
        Range::new(
            "placement_strategy",
            List(&Text(&STRATEGY), 5),
            "PlacementStrategy, Amazon ECS API Reference",
        ),
        Range::new(
            "placement_constraints",
            List(&Text(&CONSTRAINT), 10),
            "PlacementConstraint, Amazon ECS API Reference",
        ),
        Range::new("image", Optional(&Text(&IMAGE)), "ContainerDefinition (image), Amazon ECS API Reference"),
        Range::new(
            "cpu_architecture",
            Word(&["X86_64", "ARM64"]),
            "RuntimePlatform (cpuArchitecture), Amazon ECS API Reference",
        ),
        Range::new(
            "cpu_units",
            Number(2, 196_608),
            "ContainerDefinition (cpu) and RegisterTaskDefinition (cpu), Amazon ECS API Reference",
        ),
        Range::new("memory_mib", Number(6, MOST), "ContainerDefinition (memory), Amazon ECS API Reference"),
        Range::new(
            "container_port",
            Number(1, 65_535),
            "PortMapping (containerPort), Amazon ECS API Reference",
        ),
        Range::new(
            "desired_count",
            Number(0, MOST),
            "CreateService (desiredCount), Amazon ECS API Reference",
        ),
        Range::section("scaling", ScalingSettings::RANGES),
        Range::new(
            "minimum_healthy_percent",
            Number(0, 100),
            "DeploymentConfiguration (minimumHealthyPercent), Amazon ECS API Reference",
        ),
        Range::new(
            "maximum_percent",
            Number(100, MOST),
            "DeploymentConfiguration (maximumPercent), Amazon ECS API Reference",
        ),
        Range::new(
            "availability_zone_rebalancing",
            Flag,
            "CreateService (availabilityZoneRebalancing), Amazon ECS API Reference",
        ),
        Range::new(
            "health_check_grace_period_seconds",
            Number(0, MOST),
            "CreateService (healthCheckGracePeriodSeconds), Amazon ECS API Reference",
        ),
        Range::new(
            "stop_timeout_seconds",
            Number(2, 3600),
            "ContainerDefinition (stopTimeout), Amazon ECS API Reference",
        ),
    ];
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

/// How tasks are divided between Fargate and Fargate Spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpotMix {
    /// So many tasks on Fargate before the others are divided.
    pub fargate_base: i32,
    /// Fargate's share of the others.
    pub fargate_weight: i32,
    /// Fargate Spot's share of the others.
    pub spot_weight: i32,
}

impl SpotMix {
    const RANGES: &'static [Range] = &[
        Range::new(
            "fargate_base",
            Number(0, 100_000),
            "CapacityProviderStrategyItem (base), Amazon ECS API Reference",
        ),
        Range::new(
            "fargate_weight",
            Number(0, 1000),
            "CapacityProviderStrategyItem (weight), Amazon ECS API Reference",
        ),
        Range::new(
            "spot_weight",
            Number(0, 1000),
            "CapacityProviderStrategyItem (weight), Amazon ECS API Reference",
        ),
    ];
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

impl Default for AppSettings {
    /// One small task on Fargate.
    fn default() -> Self {
        Self {
            runs_on: Compute::Fargate,
            spot_mix: SpotMix { fargate_base: 1, fargate_weight: 1, spot_weight: 3 },
            ec2_network_mode: Ec2NetworkMode::Bridge,
            ec2_host_port: 0,
            ec2_memory_reservation_mib: Mebibytes(256),
            placement_strategy: vec![StrategySetting::spread_over_zones(), StrategySetting::binpack_memory()],
            placement_constraints: Vec::new(),
            image: None,
            cpu_architecture: CpuArchitecture::X86_64,
            cpu_units: CpuUnits(256),
            memory_mib: Mebibytes(512),
            container_port: 80,
            desired_count: 1,
            scaling: ScalingSettings::between(1, 2),
            minimum_healthy_percent: 100,
            maximum_percent: 200,
            availability_zone_rebalancing: true,
            health_check_grace_period_seconds: 60,
            stop_timeout_seconds: 45,
        }
    }
}
