//! Target tracking: a metric that is kept near a value.

use super::request::{DIMENSION, refuse_if};
use crate::account::Account;
use crate::api_error::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const CPU: &str = "ECSServiceAverageCPUUtilization";
const MEMORY: &str = "ECSServiceAverageMemoryUtilization";
const REQUESTS: &str = "ALBRequestCountPerTarget";

const LABEL_FORM: &str = "A resource label must be of the form app/NAME/ID/targetgroup/NAME/ID";

/// A target tracking policy's own part.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html>
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct TargetTracking {
    target_value: Option<f64>,
    predefined_metric_specification: Option<Predefined>,
    customized_metric_specification: Option<Value>,
    pub scale_out_cooldown: Option<i32>,
    pub scale_in_cooldown: Option<i32>,
    disable_scale_in: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
struct Predefined {
    predefined_metric_type: String,
    resource_label: Option<String>,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Metric {
    Cpu,
    Memory,
    /// Of the target group with this ARN.
    Requests(String),
    /// Whatever CloudWatch has: nothing here.
    Customized,
}

impl TargetTracking {
    /// # Errors
    /// What AWS refuses of it.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        let (predefined, customized) =
            (&self.predefined_metric_specification, &self.customized_metric_specification);
        let kind = predefined.as_ref().map_or("", |it| it.predefined_metric_type.as_str());
        let label = predefined.as_ref().and_then(|it| it.resource_label.as_deref());
        let cooldowns = [self.scale_in_cooldown, self.scale_out_cooldown];
        let of_kind =
            |should: &str| format!("Resource label {should} be specified for predefined metric type {kind}");
        let unsupported = format!("Predefined metric type '{kind}' is not supported for {DIMENSION}");
        refuse_if(&[
            (self.target_value.is_none(), "TargetValue must be specified"),
            (cooldowns.iter().flatten().any(|it| *it < 0), "Cooldown must be greater than or equal to 0"),
            (
                predefined.is_some() == customized.is_some(),
                "Specify either a predefined or a customized metric",
            ),
            (predefined.is_some() && self.target() <= 0.0, "TargetValue must be greater than 0"),
            (predefined.is_some() && ![CPU, MEMORY, REQUESTS].contains(&kind), &unsupported),
            (kind == REQUESTS && label.is_none(), &of_kind("should")),
            (kind != REQUESTS && label.is_some(), &of_kind("should not")),
            (label.is_some_and(|it| group_of(it).is_none()), LABEL_FORM),
        ])
    }

    pub(super) fn metric(&self, account: &Account) -> Metric {
        let Some(metric) = &self.predefined_metric_specification else { return Metric::Customized };
        match (metric.predefined_metric_type.as_str(), metric.resource_label.as_deref().and_then(group_of)) {
            (REQUESTS, Some(group)) => Metric::Requests(account.arn("elasticloadbalancing", &group)),
            (MEMORY, _) => Metric::Memory,
            _ => Metric::Cpu,
        }
    }

    pub(super) fn target(&self) -> f64 {
        self.target_value.unwrap_or_default()
    }

    pub(super) fn scales_in(&self) -> bool {
        self.disable_scale_in != Some(true)
    }
}

/// The target group's part of `app/NAME/ID/targetgroup/NAME/ID`.
fn group_of(label: &str) -> Option<String> {
    let parts: Vec<&str> = label.split('/').collect();
    let ["app", _, _, "targetgroup", name, id] = parts[..] else { return None };
    parts.iter().all(|part| !part.is_empty()).then(|| format!("targetgroup/{name}/{id}"))
}
