//! The settings of the instances.

use super::range::{Allowed, Range};
use super::texts::{INSTANCE_TYPE, IPV4_RANGE, KEY_PAIR};
use Allowed::{Number, Optional, Text};
use infra_resources::launch_template::ROOT_VOLUME_GIB;
use serde::{Deserialize, Serialize};

/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>
/// (container instances per cluster).
const MOST_INSTANCES: i64 = 5000;

/// The instances on which apps with `runs_on=ec2` run. Without such an app there are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2Settings {
    /// The instance type; `t2.micro`, `t3.micro` and `t4g.micro` (ARM64) are the small ones.
    pub instance_type: String,
    /// The fewest instances.
    pub min_instances: i32,
    /// How many there are in the beginning; then the capacity provider decides.
    pub initial_instances: i32,
    /// The most instances.
    pub max_instances: i32,
    /// Percent of the instances that shall be in use; below 100 some are kept ready.
    pub target_capacity_percent: i32,
    /// GiB of each instance's disk.
    pub root_volume_gib: i32,
    /// The key pair with which one can log in by SSH.
    pub key_pair: Option<String>,
    /// The IPv4 range that may connect by SSH; nobody may without one.
    pub ssh_from: Option<String>,
}

const SIZES: &str =
    "CreateAutoScalingGroup, Amazon EC2 Auto Scaling API Reference; Amazon ECS service quotas";

impl Ec2Settings {
    pub(super) const RANGES: &'static [Range] = &[
        Range::new(
            "instance_type",
            Text(&INSTANCE_TYPE),
            "RequestLaunchTemplateData, Amazon EC2 API Reference",
        ),
        Range::new("min_instances", Number(0, MOST_INSTANCES), SIZES),
        Range::new("initial_instances", Number(0, MOST_INSTANCES), SIZES),
        Range::new("max_instances", Number(0, MOST_INSTANCES), SIZES),
        Range::new("target_capacity_percent", Number(1, 100), "ManagedScaling, Amazon ECS API Reference"),
        Range::new(
            "root_volume_gib",
            Number(*ROOT_VOLUME_GIB.start() as i64, *ROOT_VOLUME_GIB.end() as i64),
            "LaunchTemplateEbsBlockDeviceRequest (VolumeSize), Amazon EC2 API Reference",
        ),
        Range::new("key_pair", Optional(&Text(&KEY_PAIR)), "CreateKeyPair, Amazon EC2 API Reference"),
        Range::new("ssh_from", Optional(&Text(&IPV4_RANGE)), "IpRange (CidrIp), Amazon EC2 API Reference"),
    ];
}

impl Default for Ec2Settings {
    /// The tutorial's group: one `t2.micro`, at most two.
    fn default() -> Self {
        Self {
            instance_type: "t2.micro".to_owned(),
            min_instances: 1,
            initial_instances: 1,
            max_instances: 2,
            target_capacity_percent: 100,
            root_volume_gib: 30,
            key_pair: None,
            ssh_from: None,
        }
    }
}
