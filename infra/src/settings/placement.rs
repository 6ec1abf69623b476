//! Placement as settings write it: `spread:attribute:ecs.availability-zone`, `memberOf:attribute:ecs.instance-type =~ t3.*`.

use infra_ecs::service::{PlacementConstraint, PlacementStrategy};
use serde::{Deserialize, Serialize};

/// A placement strategy as a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StrategySetting(pub PlacementStrategy);

/// A placement constraint as a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConstraintSetting(pub PlacementConstraint);

impl StrategySetting {
    /// Evenly over availability zones, and there on as few instances as possible, by memory.
    pub fn spread_and_binpack() -> Vec<Self> {
        vec![Self(PlacementStrategy::spread_over_zones()), Self(PlacementStrategy::binpack_memory())]
    }
}

impl TryFrom<String> for StrategySetting {
    type Error = infra_ecs::service::placement::PlacementError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl TryFrom<String> for ConstraintSetting {
    type Error = infra_ecs::service::placement::PlacementError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl From<StrategySetting> for String {
    fn from(setting: StrategySetting) -> Self {
        setting.0.to_string()
    }
}

impl From<ConstraintSetting> for String {
    fn from(setting: ConstraintSetting) -> Self {
        setting.0.to_string()
    }
}
