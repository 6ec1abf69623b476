//! The circuit breaker and the alarms: what gives a deployment up.

use super::failure::Cause;
use super::{MonitorStatus, RolloutState, Service, Stage};
use crate::service::{CircuitBreaker, ThresholdType};

/// So many failed tasks are too many, of so many.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html>
pub(super) fn threshold(breaker: &CircuitBreaker, desired: u32) -> u32 {
    let percent = |value: i32| {
        let hundredths = u64::from(desired) * u64::from(value.max(0).unsigned_abs());
        u32::try_from(hundredths.div_ceil(100)).unwrap_or(u32::MAX)
    };
    let bounded = |value: i32| percent(value).clamp(3, 200);
    match breaker.threshold_configuration {
        None => bounded(50),
        Some(threshold) => match threshold.threshold_type {
            ThresholdType::Count => threshold.value.max(0).unsigned_abs(),
            ThresholdType::UnboundedPercent => percent(threshold.value),
            _ => bounded(threshold.value),
        },
    }
    // Of a service without tasks a percentage would be nothing, which is reached before anything failed.
    .max(1)
}

impl Service {
    /// A task of this deployment has failed.
    pub(super) fn count_failure(&mut self, deployment: &str) {
        self.steady_since = None;
        let Some(primary) = self.deployments.first_mut() else { return };
        if primary.id != deployment || primary.rollout_state != RolloutState::InProgress {
            return;
        }
        primary.failed_tasks = primary.failed_tasks.saturating_add(1);
        if self.progress.as_ref().is_some_and(|progress| !progress.restoring)
            && let Some(deployment) = self.service_deployments.first_mut()
        {
            let count = &mut deployment.circuit_breaker.failure_count;
            *count = count.saturating_add(1);
        }
    }

    /// A task of this deployment has become healthy.
    pub(super) fn count_success(&mut self, deployment: &str) {
        if self.spec.circuit_breaker.reset_on_healthy_task == Some(false) {
            return;
        }
        let Some(primary) = self.deployments.first_mut().filter(|primary| primary.id == deployment) else {
            return;
        };
        primary.failed_tasks = 0;
        if self.progress.as_ref().is_some_and(|progress| !progress.restoring)
            && let Some(deployment) = self.service_deployments.first_mut()
        {
            deployment.circuit_breaker.failure_count = 0;
        }
    }

    /// Gives the deployment up if it has to be. The configuration that counts is the service's latest.
    pub(super) fn judge(&mut self) {
        let Some(progress) = self.progress.as_ref().filter(|progress| !progress.restoring) else { return };
        let Some(deployment) = self.service_deployments.first_mut() else { return };
        if deployment.stage == Some(Stage::CleanUp) {
            return;
        }
        let (breaker, alarms) = (&self.spec.circuit_breaker, &self.spec.alarms);
        let view = &mut deployment.circuit_breaker;
        view.threshold = threshold(breaker, self.spec.desired_count);
        view.status = if breaker.enable { MonitorStatus::Monitoring } else { MonitorStatus::Disabled };
        let trips = breaker.enable && view.failure_count >= view.threshold;
        let in_alarm =
            |name: &&String| self.alarms.contains(*name) && !progress.ignored_alarms.contains(*name);
        let triggered: Vec<String> = alarms.alarm_names.iter().filter(in_alarm).cloned().collect();
        if trips {
            view.status = MonitorStatus::Triggered;
            self.fail(&Cause::Breaker);
        } else if alarms.enable && !triggered.is_empty() {
            deployment.alarms.status = MonitorStatus::Triggered;
            deployment.alarms.triggered = triggered;
            self.fail(&Cause::Alarms);
        }
    }
}
