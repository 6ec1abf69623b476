//! Target groups that know what their targets are.

use crate::open_enum;
use infra_engine::Output;
use std::marker::PhantomData;

open_enum! {
    /// What a target is.
    pub enum TargetType {
        /// An IP address.
        Ip = "ip",
        /// An EC2 instance and a port on it.
        Instance = "instance",
    }
}

/// What the targets of a group are.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html>
/// (target type).
pub trait TargetKind {
    /// Elastic Load Balancing's word for it.
    const TYPE: TargetType;
}

/// Addresses: tasks with a network interface of their own.
#[derive(Clone, Copy, Debug)]
pub struct Ip;

/// Ports of EC2 instances: tasks with network mode bridge or host.
#[derive(Clone, Copy, Debug)]
pub struct Instance;

impl TargetKind for Ip {
    const TYPE: TargetType = TargetType::Ip;
}

impl TargetKind for Instance {
    const TYPE: TargetType = TargetType::Instance;
}

/// A target group with targets of this kind.
#[derive(Clone, Debug)]
pub struct Targets<T> {
    /// The target group's ARN.
    pub arn: Output<String>,
    kind: PhantomData<T>,
}

impl<T: TargetKind> Targets<T> {
    /// The targets of the group with this ARN, whose target type is this kind's.
    pub fn of(arn: impl Into<Output<String>>) -> Self {
        Self { arn: arn.into(), kind: PhantomData }
    }
}
