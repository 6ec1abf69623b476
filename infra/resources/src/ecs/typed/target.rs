//! Target groups that know what their targets are.

use crate::target_group::{TargetGroup, TargetType};
use infra_engine::{Handle, Stack};
use std::marker::PhantomData;

/// What the targets of a group are.
///
/// AWS: "Target groups for your Application Load Balancers" (target type), User Guide for Application Load Balancers.
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

/// A target group in a stack, with targets of this kind.
#[derive(Clone, Debug)]
pub struct Targets<T> {
    /// The resource.
    pub group: Handle<TargetGroup>,
    kind: PhantomData<T>,
}

impl<T: TargetKind> Targets<T> {
    /// Puts a target group into a stack; its target type becomes this one's.
    pub fn add(stack: &mut Stack, logical_name: &str, group: TargetGroup) -> Self {
        let group = stack.add(logical_name, TargetGroup { target_type: T::TYPE, ..group });
        Self { group, kind: PhantomData }
    }
}
