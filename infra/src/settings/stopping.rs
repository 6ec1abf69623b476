//! How long a task that is stopped takes, and whether that is as long as the slowest upload that is promised.

use super::{AppSettings, LoadBalancerSettings, Settings};

/// What is left for an app's last words before ECS kills it.
const LAST_WORDS: u32 = 5;

/// An app is silent for so long at most before it answers: an upload waits for its memory, or S3 does not answer.
const LONGEST_SILENCE: u32 = 50;

/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
/// (`stopTimeout`).
const MOST_ON_FARGATE: u32 = 120;

/// How the seconds between SIGTERM and SIGKILL are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopBudget {
    /// New requests are still taken.
    pub drain: u32,
    /// Requests in flight are finished.
    pub finish: u32,
}

impl StopBudget {
    /// The division of an app's stop timeout.
    pub fn of(app: &AppSettings, load_balancer: &LoadBalancerSettings) -> Self {
        // A longer one would end in SIGKILL.
        let drain = load_balancer.drain_seconds.min(app.stop_timeout_seconds.saturating_sub(LAST_WORDS + 1));
        let finish = app.stop_timeout_seconds.saturating_sub(drain.saturating_add(LAST_WORDS));
        Self { drain, finish }
    }
}

/// Where times do not agree: an upload would be cut that is promised not to be.
pub(super) fn warnings(settings: &Settings) -> Vec<String> {
    let balancer = &settings.load_balancer;
    let LoadBalancerSettings { deregistration_delay_seconds: delay, slowest_upload_seconds: slowest, .. } =
        *balancer;
    let mut warnings = Vec::new();
    if delay < slowest {
        warnings.push(format!(
            "load_balancer.deregistration_delay_seconds={delay}: a deploy cuts uploads that take longer, and \
             load_balancer.slowest_upload_seconds={slowest} promises that it does not"
        ));
    }
    for (spec, app) in settings.apps.iter() {
        let (drain, finish) = (balancer.drain_seconds, StopBudget::of(app, balancer).finish);
        if finish < slowest {
            let (name, timeout, enough) = (
                spec.name,
                app.stop_timeout_seconds,
                drain.saturating_add(slowest).saturating_add(LAST_WORDS),
            );
            warnings.push(format!(
                "{name}.stop_timeout_seconds={timeout}: {finish} s are left for uploads after \
                 load_balancer.drain_seconds={drain} and {LAST_WORDS} s for the end, so a task that is stopped cuts slower \
                 ones; load_balancer.slowest_upload_seconds={slowest} needs {enough}{}",
                if enough > MOST_ON_FARGATE { ", and Fargate gives 120 at most: promise less" } else { "" }
            ));
        }
    }
    let idle = balancer.idle_timeout_seconds;
    if idle < LONGEST_SILENCE {
        warnings.push(format!(
            "load_balancer.idle_timeout_seconds={idle}: an upload may wait {LONGEST_SILENCE} s for its turn or for S3 before \
             it is answered; the load balancer gives up on it before that"
        ));
    }
    warnings
}
