//! The capacity that runs a service's tasks: a launch type or a strategy, never both, and never a mix.

use super::launch::{Ec2, Fargate, LaunchType, NetworkMode};
use crate::capacity::{CapacityProviderStrategyItem, FARGATE, FARGATE_SPOT};
use crate::service;
use std::marker::PhantomData;

/// Who runs the tasks of a service or run-task on `On`.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/capacity-launch-type-comparison.html>
#[derive(Clone, Debug)]
pub enum CapacityOf<On: ProviderKind> {
    /// The launch type itself.
    LaunchType,
    /// Capacity providers, each with a share.
    Strategy(StrategyOf<On>),
    /// The cluster's default strategy.
    ClusterDefault,
}

impl<On: ProviderKind> CapacityOf<On> {
    /// The launch type and the strategy as ECS takes them: one of them, or neither.
    pub(super) fn parts(self) -> (Option<service::LaunchType>, Vec<CapacityProviderStrategyItem>) {
        match self {
            Self::LaunchType => (Some(On::LAUNCH_TYPE), Vec::new()),
            Self::Strategy(strategy) => (None, strategy.items),
            Self::ClusterDefault => (None, Vec::new()),
        }
    }
}

/// A launch type that a service or run-task can have by itself.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html> (`launchType`).
pub trait ProviderKind: LaunchType {
    /// ECS's word for the launch type.
    const LAUNCH_TYPE: service::LaunchType;
}

/// A capacity provider of the kind that `On` has: Fargate's two, or one's own Auto Scaling groups.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/clusters.html> (capacity providers)
/// (C06).
#[diagnostic::on_unimplemented(
    message = "C06: a strategy for `{On}` has no provider `{Self}`",
    label = "Fargate has FargateProvider; Ec2 has AutoScalingGroupProvider; a strategy never has both"
)]
pub trait ProviderOf<On: LaunchType>: Into<String> {}

#[diagnostic::do_not_recommend]
impl ProviderOf<Fargate> for FargateProvider {}
#[diagnostic::do_not_recommend]
impl<M: NetworkMode> ProviderOf<Ec2<M>> for AutoScalingGroupProvider {}

/// A capacity provider of Fargate.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FargateProvider {
    /// At the full price; AWS does not take it away.
    Fargate,
    /// For much less; AWS takes it back with two minutes' notice.
    FargateSpot,
}

/// The name of a capacity provider with an Auto Scaling group of one's own.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutoScalingGroupProvider(pub String);

impl From<FargateProvider> for String {
    fn from(provider: FargateProvider) -> Self {
        match provider {
            FargateProvider::Fargate => FARGATE.to_owned(),
            FargateProvider::FargateSpot => FARGATE_SPOT.to_owned(),
        }
    }
}

impl From<AutoScalingGroupProvider> for String {
    fn from(provider: AutoScalingGroupProvider) -> Self {
        provider.0
    }
}

impl ProviderKind for Fargate {
    const LAUNCH_TYPE: service::LaunchType = service::LaunchType::Fargate;
}

impl<M: NetworkMode> ProviderKind for Ec2<M> {
    const LAUNCH_TYPE: service::LaunchType = service::LaunchType::Ec2;
}

/// A capacity provider strategy of one kind of providers (C06). Only the first can have a base (C04).
///
/// ```
/// use infra_ecs::{Fargate, FargateProvider, StrategyOf};
/// // The tutorial's example: of ten tasks four run on Fargate, six on Fargate Spot.
/// let strategy = StrategyOf::<Fargate>::base_and_weight(FargateProvider::Fargate, 2, 1)
///     .and_weight(FargateProvider::FargateSpot, 3);
/// # assert_eq!(strategy.items().len(), 2);
/// ```
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html>
#[derive(Clone, Debug)]
pub struct StrategyOf<On: ProviderKind> {
    items: Vec<CapacityProviderStrategyItem>,
    on: PhantomData<On>,
}

impl<On: ProviderKind> StrategyOf<On> {
    /// A share for a provider.
    pub fn weight(provider: impl ProviderOf<On>, weight: i32) -> Self {
        Self::base_and_weight(provider, 0, weight)
    }

    /// So many tasks for a provider before the rest is divided, and a share of the rest.
    pub fn base_and_weight(provider: impl ProviderOf<On>, base: i32, weight: i32) -> Self {
        let name: String = provider.into();
        Self { items: vec![CapacityProviderStrategyItem::new(&name, base, weight)], on: PhantomData }
    }

    /// A share for one more provider.
    pub fn and_weight(mut self, provider: impl ProviderOf<On>, weight: i32) -> Self {
        let name: String = provider.into();
        self.items.push(CapacityProviderStrategyItem::new(&name, 0, weight));
        self
    }

    /// The strategy as ECS takes it.
    pub fn items(&self) -> &[CapacityProviderStrategyItem] {
        &self.items
    }
}
