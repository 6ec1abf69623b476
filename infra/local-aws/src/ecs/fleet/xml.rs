//! What EC2 and EC2 Auto Scaling answer, as far as it is read.

use serde::Deserialize;

/// A list, whose items have one of two names.
#[derive(Deserialize)]
pub struct List<T> {
    #[serde(alias = "member", default = "Vec::new")]
    pub item: Vec<T>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { item: Vec::new() }
    }
}

#[derive(Deserialize)]
pub struct Groups {
    #[serde(rename = "DescribeAutoScalingGroupsResult")]
    pub result: GroupsResult,
}

#[derive(Deserialize)]
pub struct GroupsResult {
    #[serde(rename = "AutoScalingGroups", default)]
    pub groups: List<GroupXml>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupXml {
    pub auto_scaling_group_name: String,
    #[serde(rename = "AutoScalingGroupARN")]
    pub auto_scaling_group_arn: String,
    pub min_size: usize,
    pub max_size: usize,
    pub desired_capacity: usize,
    #[serde(default)]
    pub availability_zones: List<String>,
    #[serde(default)]
    pub new_instances_protected_from_scale_in: bool,
    #[serde(default)]
    pub instances: List<InstanceXml>,
    pub launch_template: Option<TemplateReference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceXml {
    pub instance_id: String,
    pub availability_zone: String,
    pub lifecycle_state: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TemplateReference {
    pub launch_template_id: String,
    pub launch_template_name: String,
    pub version: String,
}

#[derive(Deserialize)]
pub struct Versions {
    #[serde(rename = "launchTemplateVersionSet", default)]
    pub set: List<Version>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    #[serde(default)]
    pub launch_template_data: TemplateData,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TemplateData {
    pub instance_type: String,
    pub image_id: String,
    pub user_data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subnets {
    #[serde(default)]
    pub subnet_set: List<Subnet>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subnet {
    pub subnet_id: String,
    pub availability_zone: String,
}
