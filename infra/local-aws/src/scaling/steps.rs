//! Step scaling: by how much an alarm's distance from its threshold changes the count.

use super::request::refuse_if;
use crate::api_error::ApiError;
use serde::{Deserialize, Serialize};

const EXACT: &str = "ExactCapacity";
const TYPES: [&str; 3] = ["ChangeInCapacity", "PercentChangeInCapacity", EXACT];
const AGGREGATIONS: [&str; 3] = ["Average", "Minimum", "Maximum"];

/// A step scaling policy's own part.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepScalingPolicyConfiguration.html>
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct StepScaling {
    adjustment_type: String,
    step_adjustments: Vec<Step>,
    min_adjustment_magnitude: Option<i32>,
    pub cooldown: Option<i32>,
    metric_aggregation_type: Option<String>,
}

/// One step: how far the metric is from the alarm's threshold, and what happens then.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepAdjustment.html>
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
struct Step {
    metric_interval_lower_bound: Option<f64>,
    metric_interval_upper_bound: Option<f64>,
    scaling_adjustment: Option<i32>,
}

impl StepScaling {
    /// # Errors
    /// What AWS refuses of it.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        let kind = self.adjustment_type.as_str();
        let mut steps: Vec<&Step> = self.step_adjustments.iter().collect();
        steps.sort_by(|a, b| a.lower().total_cmp(&b.lower()));
        let first = steps.first().map_or(0.0, |it| it.lower());
        let last = steps.last().map_or(0.0, |it| it.upper());
        let aggregation = self.metric_aggregation_type.as_deref().unwrap_or("Average");
        let is_open = |step: &&Step| step.lower().is_infinite() && step.upper().is_infinite();
        let lowest = steps.iter().map(|step| step.scaling_adjustment).min().flatten();
        let known = |of: [&str; 3], given: &str| of.contains(&given);
        let mut between = steps.iter().zip(steps.iter().skip(1));
        let one = "There must be a StepAdjustment with an unspecified";
        refuse_if(&[
            (!known(TYPES, kind), &format!("AdjustmentType must be one of {}", TYPES.join(", "))),
            (!known(AGGREGATIONS, aggregation), "MetricAggregationType must be Average, Minimum or Maximum"),
            (steps.is_empty(), "At least one StepAdjustment must be specified"),
            (lowest.is_none(), "A StepAdjustment must have a ScalingAdjustment"),
            (kind == EXACT && lowest < Some(0), "ScalingAdjustment cannot be negative with ExactCapacity"),
            (self.cooldown.is_some_and(|it| it < 0), "Cooldown must be greater than or equal to 0"),
            (
                steps.iter().any(|it| it.lower() >= it.upper()),
                "A StepAdjustment must end above its beginning",
            ),
            (steps.iter().any(is_open), "The bounds of a StepAdjustment cannot both be null"),
            (between.any(|(a, b)| a.upper() != b.lower()), "StepAdjustments cannot overlap or have a gap"),
            (
                first.is_finite() && first < 0.0,
                &format!("{one} lower bound when one has a negative lower bound"),
            ),
            (
                last.is_finite() && last > 0.0,
                &format!("{one} upper bound when one has a positive upper bound"),
            ),
        ])
    }

    /// The count after an alarm whose metric is so far from the threshold; none if no step is for that.
    pub(super) fn adjusted(&self, current: u32, distance: f64) -> Option<u32> {
        let (current, steps) = (f64::from(current), &self.step_adjustments);
        // Above a threshold the lower bound belongs to the step, below it the upper one; at the threshold itself either
        // kind of alarm may have fired.
        let above =
            steps.iter().find(|step| distance >= 0.0 && (step.lower()..step.upper()).contains(&distance));
        let holds = |step: &&Step| distance <= 0.0 && distance > step.lower() && distance <= step.upper();
        let step = above.or_else(|| steps.iter().find(holds))?;
        let adjustment = f64::from(step.scaling_adjustment?);
        let count = match self.adjustment_type.as_str() {
            EXACT => adjustment,
            // Rounded towards no change, but it is a change.
            "PercentChangeInCapacity" if adjustment != 0.0 => {
                let least = f64::from(self.min_adjustment_magnitude.unwrap_or(1).max(1));
                let change = (current * adjustment / 100.0).abs().floor().max(least);
                current + change.copysign(adjustment)
            }
            _ => current + adjustment,
        };
        // `as` saturates.
        Some(count.max(0.0) as u32)
    }
}

impl Step {
    fn lower(&self) -> f64 {
        self.metric_interval_lower_bound.unwrap_or(f64::NEG_INFINITY)
    }

    fn upper(&self) -> f64 {
        self.metric_interval_upper_bound.unwrap_or(f64::INFINITY)
    }
}
