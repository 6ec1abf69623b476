//! Launch templates: what an EC2 instance of an Auto Scaling group is like.

use crate::name::LAUNCH_TEMPLATE;
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// GiB of a root volume: the ECS-optimised image needs 30, a gp3 volume has no more than 65 536.
///
/// AWS: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateEbsBlockDeviceRequest.html>
/// (`VolumeSize`).
pub const ROOT_VOLUME_GIB: RangeInclusive<i32> = 30..=65_536;

/// A launch template for container instances. A change makes a new version of it.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_container_instance.html>;
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LaunchTemplate {
    /// The template's name, 3 to 128 characters.
    pub name: String,
    /// The machine image: an id, or `resolve:ssm:` and a parameter that holds one.
    pub image_id: String,
    /// The instance type, such as `t3.micro`.
    pub instance_type: String,
    /// The name of the profile by which the instance gets its role. It need not exist before an instance is started.
    pub instance_profile_name: String,
    /// Who may connect to the instance.
    pub security_group_ids: Vec<Output<String>>,
    /// The key pair with which one can log in; without one there is SSM Session Manager.
    pub key_name: Option<String>,
    /// The script that runs when the instance starts for the first time.
    pub user_data: String,
    /// The disk.
    pub root_volume: RootVolume,
    /// How the instance's metadata are reached.
    pub metadata: MetadataOptions,
}

/// The instance's disk, of type gp3 and encrypted; it goes with the instance.
///
/// AWS: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateEbsBlockDeviceRequest.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RootVolume {
    /// Its size; the ECS-optimised image needs 30 GiB.
    pub size_gib: i32,
    /// gp3, gp2, ...
    pub volume_type: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The ARN of the key of KMS; the account's key for disks without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<Output<String>>,
}

/// How the instance metadata service is reached.
///
/// AWS: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetadataOptions {
    /// Whether it asks for a session token (IMDSv2 alone).
    pub tokens_required: bool,
    /// How many hops a token may travel: 1 keeps it on the instance and out of containers with a network of their own.
    pub hop_limit: i32,
}

impl LaunchTemplate {
    /// The newest ECS-optimised Amazon Linux 2023 for a processor, found when an instance starts.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html>;
    /// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html>.
    pub fn ecs_optimised_image(architecture: CpuArchitecture) -> String {
        let arm = if architecture == CpuArchitecture::Arm64 { "/arm64" } else { "" };
        let of_processor = format!("amazon-linux-2023{arm}");
        format!("resolve:ssm:/aws/service/ecs/optimized-ami/{of_processor}/recommended/image_id")
    }
}

outputs! {
    /// What others refer to.
    LaunchTemplateOutputs {
        /// The template's id.
        template_id: String,
        /// The number of its newest version.
        version: String,
    }
}

impl Resource for LaunchTemplate {
    const KIND: &'static str = "launch-template";
    const OUTPUTS_OF_UPDATE: &'static [&'static str] = &["version"];
    type Outputs = LaunchTemplateOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn normalise(&mut self) {
        self.security_group_ids.sort_by_key(|id| id.get().cloned().unwrap_or_default());
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = LAUNCH_TEMPLATE.problems(&self.name);
        let gib = self.root_volume.size_gib;
        if gib < *ROOT_VOLUME_GIB.start() {
            problems.push(format!("rootVolume.sizeGib: {gib} GiB, and the ECS-optimised image needs 30"));
        }
        if gib > *ROOT_VOLUME_GIB.end() {
            problems.push(format!("rootVolume.sizeGib: {gib} GiB, and a volume has no more than 65536"));
        }
        if self.key_name.as_deref().is_some_and(str::is_empty) {
            // EC2 reads it as no key pair, so that it would differ for ever.
            problems.push("keyName: it is empty; leave it out for no key pair".to_owned());
        }
        if !(1..=64).contains(&self.metadata.hop_limit) {
            problems.push(format!("metadata.hopLimit: {} is not 1 to 64", self.metadata.hop_limit));
        }
        problems
    }
}
