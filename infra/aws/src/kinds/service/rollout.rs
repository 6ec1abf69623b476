//! Waiting for a service's deployment: done when the new revision runs in full and its targets are healthy.

use super::live::reason;
use super::revision;
use crate::Aws;
use crate::clients::{Ecs, Elb};
use crate::kinds::cluster::described;
use crate::kinds::target_group::TargetGroups;
use crate::partial;
use crate::rollout::{End, Rollout, Target};
use aws_sdk_ecs::types::{Deployment, DeploymentRolloutState, Service as Described, ServiceField};
use aws_sdk_elasticloadbalancingv2::types::{TargetHealthDescription, TargetHealthStateEnum};
use infra_ecs::follow::Outcome;
use infra_ecs::service::SchedulingStrategy;
use infra_engine::{Context, Failure, ResourceKind};
use infra_resources::Service;
use infra_wire::poll::{KNOWN_WITHIN, Poll, not_found};
use infra_wire::sdk_error::SdkResult;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Longer than a circuit breaker takes to give up on a few tasks. What a strategy waits for comes on top.
const DEADLINE: Duration = Duration::from_secs(900);
const MINUTE: Duration = Duration::from_secs(60);
/// Without a timeout of its own a hook may take a day.
const HOOK_MINUTES: i32 = 1440;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Why a task died is to be on screen within 5 s.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

const PRIMARY: &str = "PRIMARY";

/// The deployments that this run began: the id of each, by the cluster and the service.
#[derive(Default)]
pub struct Begun(Mutex<HashMap<(String, String), String>>);

impl Begun {
    /// Keeps the id of the deployment that a write has begun, which ECS names in its answer.
    pub fn note(&self, desired: &Service, answered: Option<&Described>) {
        let deployments = answered.map(Described::deployments).unwrap_or_default();
        let primary = deployments.iter().find(|it| it.status() == Some(PRIMARY));
        if let Some(id) = primary.and_then(Deployment::id) {
            let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            ids.insert(key(desired), id.to_owned());
        }
    }

    /// The id of the deployment of this service, if this run began it.
    pub fn by(&self, desired: &Service) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key(desired)).cloned()
    }
}

fn key(service: &Service) -> (String, String) {
    (service.cluster_name.clone(), service.service_name.clone())
}

/// Waits until the service runs what is desired, by the deployment that this run began if it did.
///
/// # Errors
/// When ECS gives the deployment up or rolls it back, with what its tasks said while they died; or at the deadline.
pub async fn wait(
    aws: &Aws,
    desired: &Service,
    begun: Option<String>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let (began, deadline) = (Instant::now(), DEADLINE + waits(desired));
    let mut watch = Watch { revision: revision(desired)?, begun, was_primary: false };
    let mut rollout = None;
    let mut pause = FIRST_PAUSE;
    loop {
        let look = match describe(aws, desired).await? {
            Some(service) => look(aws, desired, &service, &mut watch, &mut rollout, began, context).await?,
            None => not_found("the service", began)?,
        };
        let Poll::Pending(missing) = look else { return Ok(()) };
        context.waiting(missing);
        if began.elapsed() >= deadline {
            return Err(timed_out(&watch, rollout.as_ref()));
        }
        match &rollout {
            Some(rollout) => rollout.pause(pause).await,
            None => tokio::time::sleep(pause).await,
        }
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

/// Looks once. A service that is as desired is not followed: nothing more is asked.
async fn look<'a>(
    aws: &'a Aws,
    desired: &Service,
    service: &Described,
    watch: &mut Watch<'_>,
    rollout: &mut Option<Rollout<'a>>,
    began: Instant,
    context: &'a Context<'a>,
) -> Result<Poll<()>, Failure> {
    let progress = watch.progress(service.deployments(), began.elapsed() < KNOWN_WITHIN);
    let missing = match &progress {
        Ok(Poll::Ready(())) => match healthy(aws, desired, began).await? {
            Poll::Ready(()) if rollout.is_none() => return Ok(Poll::Ready(())),
            Poll::Ready(()) => None,
            Poll::Pending(missing) => Some(missing),
        },
        Ok(Poll::Pending(missing)) => Some(missing.clone()),
        Err(_) => Some("ECS to end the deployment".to_owned()),
    };
    let rollout = match rollout {
        Some(rollout) => rollout,
        None => rollout.insert(Rollout::begin(aws, target(desired, watch)?, context)),
    };
    match (rollout.see(service).await?, rollout.is_known(), progress, missing) {
        (Some(Outcome::Succeeded), _, _, None) => Ok(Poll::Ready(())),
        (Some(Outcome::Succeeded), ..) if succeeds_early(desired) => Ok(Poll::Ready(())),
        (Some(Outcome::Succeeded), _, _, Some(missing)) => Ok(Poll::Pending(missing)),
        (Some(outcome), ..) => Err(rollout.failure(outcome)),
        // ECS's own record of the deployment says how it ends, and what runs then.
        (None, true, _, missing) => {
            Ok(Poll::Pending(missing.unwrap_or_else(|| "ECS to end the deployment".to_owned())))
        }
        (None, false, Err(failure), _) => Err(rollout.explained(failure)),
        (None, false, Ok(_), None) => Ok(Poll::Ready(())),
        (None, false, Ok(_), Some(missing)) => Ok(Poll::Pending(missing)),
    }
}

/// Whether a deployment may succeed before all of its tasks run.
fn succeeds_early(desired: &Service) -> bool {
    let deployment = desired.deployment_configuration.as_ref();
    deployment.and_then(|it| it.early_success_criteria).is_some_and(|early| early.enable)
}

fn target(desired: &Service, watch: &Watch<'_>) -> Result<Target, Failure> {
    Ok(Target {
        cluster: desired.cluster_name.clone(),
        service: desired.service_name.clone(),
        revision: watch.revision.to_owned(),
        deployment_id: watch.begun.clone(),
        target_groups: target_groups(desired)?,
    })
}

fn timed_out(watch: &Watch<'_>, rollout: Option<&Rollout<'_>>) -> Failure {
    match rollout {
        Some(rollout) => rollout.timed_out(),
        None => End::TimedOut.failure(short(watch.revision), None, ""),
    }
}

async fn describe(aws: &Aws, desired: &Service) -> Result<Option<Described>, Failure> {
    // With tags, as the read of the whole account asks for it.
    let request = aws
        .client::<Ecs>()
        .describe_services()
        .cluster(&desired.cluster_name)
        .services(&desired.service_name);
    let request = request.include(ServiceField::Tags);
    let answer = request.send().await.none_if(described::NOT_FOUND, "describe the service")?;
    let Some(answer) = answer else { return Ok(None) };
    partial::described(answer.failures.as_deref(), "describe the service")?;
    let mut services = answer.services.unwrap_or_default().into_iter();
    Ok(services.find(|service| service.status() == Some("ACTIVE")))
}

/// What is known of a deployment that is waited for.
struct Watch<'a> {
    /// The revision that it brings.
    revision: &'a str,
    /// Its id, if this run began it. Another deployment of the same revision may have come before.
    begun: Option<String>,
    /// Whether it was seen as the service's own.
    was_primary: bool,
}

impl Watch<'_> {
    /// Whether the desired revision is the service's own and runs in full. What is read may be of before the deployment began,
    /// so that another one is the service's own is an error only if this one was before, or when reads can't be late any more.
    fn progress(&mut self, deployments: &[Deployment], reads_may_be_late: bool) -> Result<Poll<()>, Failure> {
        let primary = deployments.iter().find(|it| it.status() == Some(PRIMARY));
        let is_begun = |it: &Deployment| self.begun.is_none() || it.id() == self.begun.as_deref();
        let is_ours = |it: &&Deployment| it.task_definition() == Some(self.revision) && is_begun(it);
        let is_known = primary.is_some_and(|it| is_ours(&it));
        let failed = deployments.iter().filter(is_ours).find(|it| has_failed(it));
        self.was_primary |= is_known;
        // By its revision alone, one that failed may be an earlier one: another that is the service's own may repair it.
        let counts = |failed: &&Deployment| {
            self.begun.is_some()
                || failed.status() == Some(PRIMARY)
                || (!is_known && (self.was_primary || !reads_may_be_late))
        };
        if let Some(failed) = failed.filter(counts) {
            return Err(failure(failed));
        }
        match primary {
            Some(primary) if is_known => Ok(running(primary, deployments)),
            Some(primary) if self.was_primary || !reads_may_be_late => self.instead(primary, deployments),
            _ => Ok(Poll::Pending("ECS to begin the deployment".to_owned())),
        }
    }

    /// Another deployment is the service's own: an older revision's, to which ECS went back, or one more of the same revision.
    fn instead(&self, primary: &Deployment, deployments: &[Deployment]) -> Result<Poll<()>, Failure> {
        let revision = primary.task_definition().unwrap_or_default();
        if revision != self.revision {
            return Err(Failure::new(format!("ECS rolled back to {}", short(revision))));
        }
        if has_failed(primary) { Err(failure(primary)) } else { Ok(running(primary, deployments)) }
    }
}

fn has_failed(deployment: &Deployment) -> bool {
    deployment.rollout_state() == Some(&DeploymentRolloutState::Failed)
}

/// How far the service's own deployment is.
fn running(primary: &Deployment, deployments: &[Deployment]) -> Poll<()> {
    let (running, wanted) = (primary.running_count(), primary.desired_count());
    let old: i32 = deployments.iter().map(Deployment::running_count).sum::<i32>() - running;
    let completed = primary.rollout_state() == Some(&DeploymentRolloutState::Completed);
    match (running >= wanted && completed, old) {
        (true, 0) => Poll::Ready(()),
        (_, 0) => Poll::Pending(format!("{running} of {wanted} tasks running")),
        (_, old) => Poll::Pending(format!("{running} of {wanted} new tasks running, {old} old ones to stop")),
    }
}

/// How long a deployment bakes, waits between its steps and for its hooks.
fn waits(desired: &Service) -> Duration {
    let Some(deployment) = &desired.deployment_configuration else { return Duration::ZERO };
    let linear = deployment.linear_configuration.map_or(0, |linear| {
        let steps = (100.0 / linear.step_percent.unwrap_or(10.0)).ceil();
        // At most 34 steps of at most a day.
        linear.step_bake_time_in_minutes.unwrap_or(6).saturating_mul(steps as i32)
    });
    let canary = deployment.canary_configuration;
    let canary = canary.map_or(0, |canary| canary.canary_bake_time_in_minutes.unwrap_or(10));
    let hooks = deployment.lifecycle_hooks.iter().map(|hook| {
        let minutes = hook.timeout_configuration.and_then(|timeout| timeout.timeout_in_minutes);
        minutes.unwrap_or(HOOK_MINUTES)
    });
    let minutes = deployment.bake_time_in_minutes.unwrap_or(0) + linear + canary + hooks.sum::<i32>();
    MINUTE * u32::try_from(minutes).unwrap_or_default()
}

/// Whether the load balancer finds as many healthy targets as tasks are desired.
async fn healthy(aws: &Aws, desired: &Service, began: Instant) -> Result<Poll<()>, Failure> {
    let mut healthy = 0;
    let groups = target_groups(desired)?;
    if groups.is_empty() {
        return Ok(Poll::Ready(()));
    }
    for group in groups {
        let answer = aws.client::<Elb>().describe_target_health().target_group_arn(group).send().await;
        let answer = answer.none_if(TargetGroups::NOT_FOUND, "describe the health of the targets")?;
        let Some(answer) = answer else { return not_found("the target group", began) };
        let is_healthy = |it: &&TargetHealthDescription| {
            it.target_health().is_some_and(|health| health.state() == Some(&TargetHealthStateEnum::Healthy))
        };
        healthy += answer.target_health_descriptions().iter().filter(is_healthy).count();
    }
    let wanted = wanted_targets(desired);
    Ok(if healthy < wanted {
        Poll::Pending(format!("{healthy} of {wanted} targets healthy"))
    } else {
        Poll::Ready(())
    })
}

/// The target groups of its first load balancer. With two of them, blue and green take turns.
fn target_groups(desired: &Service) -> Result<Vec<String>, Failure> {
    let Some(balancer) = desired.load_balancers.first() else { return Ok(Vec::new()) };
    let alternate = balancer.advanced_configuration.as_ref();
    let alternate = alternate.and_then(|advanced| advanced.alternate_target_group_arn.as_ref());
    let groups = balancer.target_group_arn.iter().chain(alternate);
    groups.map(|group| Ok(group.get()?.clone())).collect()
}

/// How many targets must be healthy at least. Where an autoscaler decides on the number, one must be; a daemon has as many
/// as there are instances, which may be none.
fn wanted_targets(desired: &Service) -> usize {
    let daemon = desired.scheduling_strategy == Some(SchedulingStrategy::Daemon);
    let count = desired.desired_count.unwrap_or(if daemon { 0 } else { 1 });
    usize::try_from(count).unwrap_or_default()
}

fn failure(deployment: &Deployment) -> Failure {
    Failure::new(format!(
        "ECS gave up deploying {}: {}",
        short(deployment.task_definition().unwrap_or_default()),
        reason(deployment.rollout_state_reason())
    ))
}

/// `My-Web-App:3` from its ARN.
fn short(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests;
