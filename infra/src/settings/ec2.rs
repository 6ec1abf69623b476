//! The settings of the instances.

use super::range::{Allowed, Range, settings};
use super::texts::{INSTANCE_TYPE, IPV4_RANGE, KEY_PAIR, KMS_KEY};
use Allowed::{Number, Optional, Text};
use infra_resources::launch_template::ROOT_VOLUME_GIB;

/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>
/// (container instances per cluster).
const MOST_INSTANCES: i64 = 5000;

settings! {
    /// The instances on which apps with `runs_on=ec2` run. Without such an app there are none.
    pub struct Ec2Settings {
        /// The instance type; `t2.micro`, `t3.micro` and `t4g.micro` (ARM64) are the small ones.
        instance_type: String = "t2.micro".to_owned(),
            Text(&INSTANCE_TYPE), "RequestLaunchTemplateData, Amazon EC2 API Reference";
        /// The fewest instances.
        min_instances: i32 = 1, Number(0, MOST_INSTANCES), SIZES;
        /// How many there are in the beginning; then the capacity provider decides.
        initial_instances: i32 = 1, Number(0, MOST_INSTANCES), SIZES;
        /// The most instances.
        max_instances: i32 = 2, Number(0, MOST_INSTANCES), SIZES;
        /// Percent of the instances that shall be in use; below 100 some are kept ready.
        target_capacity_percent: i32 = 100, Number(1, 100), "ManagedScaling, Amazon ECS API Reference";
        /// GiB of each instance's disk.
        root_volume_gib: i32 = 30,
            Number(*ROOT_VOLUME_GIB.start() as i64, *ROOT_VOLUME_GIB.end() as i64),
            "LaunchTemplateEbsBlockDeviceRequest (VolumeSize), Amazon EC2 API Reference";
        /// The customer managed key that encrypts each instance's disk, by alias or ARN; its policy must let EC2 Auto Scaling
        /// use it. Without one, the account's key for disks.
        volume_kms_key: Option<String> = None,
            Optional(&Text(&KMS_KEY)), "LaunchTemplateEbsBlockDeviceRequest (KmsKeyId), Amazon EC2 API Reference";
        /// The key pair with which one can log in by SSH.
        key_pair: Option<String> = None,
            Optional(&Text(&KEY_PAIR)), "CreateKeyPair, Amazon EC2 API Reference";
        /// The IPv4 range that may connect by SSH; nobody may without one.
        ssh_from: Option<String> = None,
            Optional(&Text(&IPV4_RANGE)), "IpRange (CidrIp), Amazon EC2 API Reference";
    }
}

const SIZES: &str =
    "CreateAutoScalingGroup, Amazon EC2 Auto Scaling API Reference; Amazon ECS service quotas";
