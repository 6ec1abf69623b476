//! The settings of the instances.

use serde::{Deserialize, Serialize};

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
