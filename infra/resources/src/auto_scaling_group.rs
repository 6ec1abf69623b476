//! Auto Scaling groups: a number of EC2 instances, kept running.

use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};

/// A group of container instances. How many it has is the capacity provider's to decide, between the two limits.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-groups.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AutoScalingGroup {
    /// The group's name, at most 255 characters.
    pub name: String,
    /// What its instances are like.
    pub launch_template_id: Output<String>,
    /// The version of the template. A new one replaces the instances, a new one coming before an old one goes.
    pub launch_template_version: Output<String>,
    /// The subnets in which instances start.
    pub subnet_ids: Output<Vec<String>>,
    /// The fewest instances.
    pub min_size: i32,
    /// The most instances.
    pub max_size: i32,
    /// The number of instances that it starts with; not ours from then on.
    pub initial_size: i32,
    /// Whether new instances are protected from being scaled in, which managed termination protection needs.
    pub protect_from_scale_in: bool,
    /// How many instances run another version of the template than the group's: none are wanted.
    pub outdated_instances: i32,
}

outputs! {
    /// What others refer to.
    AutoScalingGroupOutputs {
        /// The group's ARN.
        arn: String,
    }
}

impl Resource for AutoScalingGroup {
    const KIND: &'static str = "auto-scaling-group";
    type Outputs = AutoScalingGroupOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn normalise(&mut self) {
        if let Output::Known(ids) = &mut self.subnet_ids {
            ids.sort();
        }
    }

    fn problems(&self) -> Vec<String> {
        let (least, first, most) = (self.min_size, self.initial_size, self.max_size);
        let in_order = 0 <= least && least <= first && first <= most;
        let problem = || {
            format!(
                "minSize {least}, initialSize {first}, maxSize {most}: they must not fall, nor begin below 0"
            )
        };
        if in_order { Vec::new() } else { vec![problem()] }
    }
}
