//! Capacity provider strategies: which share of the tasks runs where.

use serde::{Deserialize, Serialize};

/// A capacity provider's share of the tasks.
///
/// The base is satisfied first, and only one provider may have one; what is left is divided in the ratio of the
/// weights. With base 2 and weight 1 on FARGATE and weight 3 on FARGATE_SPOT, ten tasks are divided 4 and 6.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CapacityProviderStrategyItem {
    /// `FARGATE`, `FARGATE_SPOT` or the name of an Auto Scaling group provider.
    pub capacity_provider: String,
    /// How many tasks it gets before weights count; 0 if left out.
    pub base: Option<i32>,
    /// Its share of the others, relative to the other weights; 0 if left out.
    pub weight: Option<i32>,
}

impl CapacityProviderStrategyItem {
    /// A share.
    pub fn new(capacity_provider: &str, base: i32, weight: i32) -> Self {
        let capacity_provider = capacity_provider.to_owned();
        Self { capacity_provider, base: Some(base), weight: Some(weight) }
    }

    /// All tasks on Fargate.
    pub fn fargate() -> Self {
        Self::new(FARGATE, 0, 1)
    }

    /// Whether the provider is AWS's own and needs no instances.
    pub fn is_fargate(&self) -> bool {
        matches!(self.capacity_provider.as_str(), FARGATE | FARGATE_SPOT)
    }

    /// Writes the defaults out, as ECS does.
    pub(crate) fn normalise(&mut self) {
        self.base.get_or_insert(0);
        self.weight.get_or_insert(0);
    }
}

/// Fargate at its full price, which AWS does not take away.
pub const FARGATE: &str = "FARGATE";
/// Fargate for much less, which AWS takes back with two minutes' notice: for tasks that may be stopped.
pub const FARGATE_SPOT: &str = "FARGATE_SPOT";
