//! Step scaling: by how much an alarm's distance from its threshold changes the count.

use super::request::invalid;
use crate::api_error::ApiError;
use serde::{Deserialize, Serialize};

const TYPES: [&str; 3] = ["ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"];

/// A step scaling policy's own part.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepScalingPolicyConfiguration.html>
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct StepScaling {
    pub adjustment_type: Option<String>,
    pub step_adjustments: Option<Vec<Step>>,
    pub min_adjustment_magnitude: Option<i32>,
    pub cooldown: Option<i32>,
    pub metric_aggregation_type: Option<String>,
}

/// One step: how far the metric is from the alarm's threshold, and what happens then.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepAdjustment.html>
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Step {
    pub metric_interval_lower_bound: Option<f64>,
    pub metric_interval_upper_bound: Option<f64>,
    pub scaling_adjustment: Option<i32>,
}

impl StepScaling {
    /// # Errors
    /// What AWS refuses of it.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        let kind = self.adjustment_type.as_deref().unwrap_or_default();
        if !TYPES.contains(&kind) {
            return Err(invalid(format!("AdjustmentType must be one of {}", TYPES.join(", "))));
        }
        let steps = self.step_adjustments.as_deref().unwrap_or_default();
        if steps.is_empty() {
            return Err(invalid("At least one StepAdjustment must be specified"));
        }
        let negative = |step: &Step| step.scaling_adjustment.is_none_or(|it| it < 0);
        if steps.iter().any(|step| step.scaling_adjustment.is_none()) {
            return Err(invalid("A StepAdjustment must have a ScalingAdjustment"));
        }
        if kind == "ExactCapacity" && steps.iter().any(negative) {
            return Err(invalid("ScalingAdjustment cannot be negative with ExactCapacity"));
        }
        if kind != "PercentChangeInCapacity" && self.min_adjustment_magnitude.is_some() {
            return Err(invalid("MinAdjustmentMagnitude can be specified with PercentChangeInCapacity only"));
        }
        if self.cooldown.is_some_and(|it| it < 0) {
            return Err(invalid("Cooldown must be greater than or equal to 0"));
        }
        let aggregation = self.metric_aggregation_type.as_deref().unwrap_or("Average");
        if !["Average", "Minimum", "Maximum"].contains(&aggregation) {
            return Err(invalid("MetricAggregationType must be one of Average, Minimum, Maximum"));
        }
        check_bounds(steps)
    }

    /// The count after an alarm whose metric is so far from the threshold; none if no step is for that.
    pub(super) fn adjusted(&self, current: u32, distance: f64) -> Option<u32> {
        let steps = self.step_adjustments.as_deref().unwrap_or_default();
        // At the threshold itself an alarm of either kind may be the one that fired.
        let above = steps.iter().find(|step| distance >= 0.0 && step.holds(distance, true));
        let below = || steps.iter().find(|step| distance <= 0.0 && step.holds(distance, false));
        let adjustment = f64::from(above.or_else(below)?.scaling_adjustment?);
        let count = match self.adjustment_type.as_deref() {
            Some("ExactCapacity") => adjustment,
            Some("PercentChangeInCapacity") => f64::from(current) + self.percent(current, adjustment),
            _ => f64::from(current) + adjustment,
        };
        // `as` saturates.
        Some(count.max(0.0) as u32)
    }

    /// Towards zero, but never nothing.
    fn percent(&self, current: u32, percent: f64) -> f64 {
        let change = (f64::from(current) * percent / 100.0).abs();
        let least = f64::from(self.min_adjustment_magnitude.unwrap_or(1).max(1));
        if percent == 0.0 { 0.0 } else { change.floor().max(least).copysign(percent) }
    }
}

impl Step {
    fn lower(&self) -> f64 {
        self.metric_interval_lower_bound.unwrap_or(f64::NEG_INFINITY)
    }

    fn upper(&self) -> f64 {
        self.metric_interval_upper_bound.unwrap_or(f64::INFINITY)
    }

    /// Above a threshold the lower bound belongs to the step, below it the upper one.
    fn holds(&self, distance: f64, above: bool) -> bool {
        match above {
            true => (self.lower()..self.upper()).contains(&distance),
            false => distance > self.lower() && distance <= self.upper(),
        }
    }
}

fn check_bounds(steps: &[Step]) -> Result<(), ApiError> {
    if steps.iter().any(|step| step.lower() >= step.upper()) {
        return Err(invalid("The upper bound of a StepAdjustment must be greater than its lower bound"));
    }
    if steps.iter().any(|step| step.lower().is_infinite() && step.upper().is_infinite()) {
        return Err(invalid("The bounds of a StepAdjustment cannot both be null"));
    }
    let mut sorted: Vec<&Step> = steps.iter().collect();
    sorted.sort_by(|a, b| a.lower().total_cmp(&b.lower()));
    if sorted.windows(2).any(|pair| pair.first().map(|it| it.upper()) != pair.last().map(|it| it.lower())) {
        return Err(invalid("StepAdjustment intervals cannot overlap or have a gap"));
    }
    let (first, last) =
        (sorted.first().map_or(0.0, |it| it.lower()), sorted.last().map_or(0.0, |it| it.upper()));
    if first.is_finite() && first < 0.0 {
        return Err(invalid(
            "There must be a StepAdjustment with an unspecified lower bound when one has a negative lower bound",
        ));
    }
    if last.is_finite() && last > 0.0 {
        return Err(invalid(
            "There must be a StepAdjustment with an unspecified upper bound when one has a positive upper bound",
        ));
    }
    Ok(())
}
