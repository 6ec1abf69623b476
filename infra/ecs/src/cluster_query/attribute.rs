//! The attributes of container instances, and what can be asked of them.

use super::error::{Expected, ExpressionError};
use super::lexer;
use std::borrow::Cow;
use std::str::FromStr;

/// An attribute of a container instance: one that ECS sets, or one of your own.
///
/// `Attribute::INSTANCE_TYPE.matches("t3.*")` is an expression; `"stack".parse::<Attribute>()?` is an
/// attribute that `PutAttributes` or `ECS_INSTANCE_ATTRIBUTES` gave to the instance.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute(Cow<'static, str>);

impl Attribute {
    /// `ami-1234abcd`
    pub const AMI_ID: Self = Self::built_in("ecs.ami-id");
    /// `ap-south-1a`; a service that names it can't use Availability Zone rebalancing (rule S21).
    pub const AVAILABILITY_ZONE: Self = Self::built_in("ecs.availability-zone");
    /// `x86_64` or `arm64`
    pub const CPU_ARCHITECTURE: Self = Self::built_in("ecs.cpu-architecture");
    /// Exists only where the instance is an external one (ECS Anywhere).
    pub const EXTERNAL: Self = Self::built_in("ecs.capability.external");
    /// `t3.small`
    pub const INSTANCE_TYPE: Self = Self::built_in("ecs.instance-type");
    /// `LINUX` or a release of Windows: `WINDOWS_SERVER_2022_FULL`
    pub const OS_FAMILY: Self = Self::built_in("ecs.os-family");
    /// `linux` or `windows`
    pub const OS_TYPE: Self = Self::built_in("ecs.os-type");
    /// `subnet-1234abcd`
    pub const SUBNET_ID: Self = Self::built_in("ecs.subnet-id");
    /// `vpc-1234abcd`
    pub const VPC_ID: Self = Self::built_in("ecs.vpc-id");

    const fn built_in(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Its name, without `attribute:`.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl FromStr for Attribute {
    type Err = ExpressionError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        if lexer::is_attribute_name(name) {
            Ok(Self(Cow::Owned(name.to_owned())))
        } else {
            Err(ExpressionError::new(1, Expected::AttributeName, name))
        }
    }
}
