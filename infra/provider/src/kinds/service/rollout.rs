//! Waiting for a service's deployment: done when the new revision runs in full and its targets are healthy.

use super::{evidence, listening, revision};
use crate::aws::Aws;
use crate::explain::Explain;
use crate::wait::{Look, not_found, until};
use aws_sdk_ecs::types::{Deployment, DeploymentRolloutState, Service as Described, ServiceField};
use aws_sdk_elasticloadbalancingv2::types::{TargetHealthDescription, TargetHealthStateEnum};
use infra_engine::{Context, Failure};
use infra_resources::Service;
use infra_resources::ecs::service::SchedulingStrategy;
use std::time::Duration;
use tokio::time::Instant;

/// Longer than a circuit breaker takes to give up on a few tasks. What a strategy waits for comes on top.
const DEADLINE: Duration = Duration::from_secs(900);
const MINUTE: Duration = Duration::from_secs(60);
/// Without a timeout of its own a hook may take a day.
const HOOK_MINUTES: i32 = 1440;

/// Waits until the service runs what is desired.
///
/// # Errors
/// When ECS gives the deployment up or rolls it back, with what its tasks said while they died; or at the deadline.
pub async fn wait(aws: &Aws, desired: &Service, context: &Context<'_>) -> Result<(), Failure> {
    let (mut evidence, began) = (evidence::Evidence::default(), Instant::now());
    let result = until(DEADLINE + waits(desired), context, async || {
        let Some(service) = describe(aws, desired).await? else { return not_found("the service", began) };
        let look = match progress(&service, desired) {
            Ok(Look::Done(())) => healthy(aws, desired).await,
            other => other,
        };
        if !matches!(look, Ok(Look::Done(()))) {
            evidence.collect(aws, desired).await?;
        }
        look
    })
    .await;
    match result {
        Ok(()) => Ok(()),
        Err(failure) => Err(evidence.explain(aws, desired, failure).await),
    }
}

async fn describe(aws: &Aws, desired: &Service) -> Result<Option<Described>, Failure> {
    // With tags, as the survey asks for it.
    let request = aws.ecs.describe_services().cluster(&desired.cluster_name).services(&desired.service_name);
    let request = request.include(ServiceField::Tags);
    let answer = request.send().await.explain("describe the service")?;
    Ok(answer.services.unwrap_or_default().into_iter().next())
}

/// Whether the desired revision is the service's own and runs in full.
fn progress(service: &Described, desired: &Service) -> Result<Look<()>, Failure> {
    let revision = revision(desired)?;
    let primary = service.deployments().iter().find(|deployment| deployment.status() == Some("PRIMARY"));
    let ours = service.deployments().iter().find(|it| it.task_definition() == Some(revision));
    if let Some(failed) = ours.filter(|it| it.rollout_state() == Some(&DeploymentRolloutState::Failed)) {
        return Err(failure(failed));
    }
    let Some(primary) = primary else { return Ok(Look::NotYet("ECS to begin the deployment".to_owned())) };
    if primary.task_definition() != Some(revision) {
        return Err(Failure::new(format!(
            "ECS rolled back to {}",
            short(primary.task_definition().unwrap_or_default())
        )));
    }
    let (running, wanted) = (primary.running_count(), primary.desired_count());
    let old: i32 = service.deployments().iter().map(Deployment::running_count).sum::<i32>() - running;
    let completed = primary.rollout_state() == Some(&DeploymentRolloutState::Completed);
    Ok(match (running >= wanted && completed, old) {
        (true, 0) => Look::Done(()),
        (_, 0) => Look::NotYet(format!("{running} of {wanted} tasks running")),
        (_, old) => Look::NotYet(format!("{running} of {wanted} new tasks running, {old} old ones to stop")),
    })
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

/// Whether the load balancer finds as many healthy targets as tasks are desired. With two target groups, blue and green
/// take turns.
async fn healthy(aws: &Aws, desired: &Service) -> Result<Look<()>, Failure> {
    let mut healthy = 0;
    let Some(balancer) = desired.load_balancers.first() else { return Ok(Look::Done(())) };
    let alternate = balancer.advanced_configuration.as_ref();
    let alternate = alternate.and_then(|advanced| advanced.alternate_target_group_arn.as_ref());
    for group in balancer.target_group_arn.iter().chain(alternate) {
        let answer = aws.elb.describe_target_health().target_group_arn(group.get()?).send().await;
        let answer = answer.explain("describe the health of the targets")?;
        let is_healthy = |it: &&TargetHealthDescription| {
            it.target_health().is_some_and(|health| health.state() == Some(&TargetHealthStateEnum::Healthy))
        };
        for told in answer.target_health_descriptions().iter().filter(is_healthy) {
            let target = told.target().filter(|_| aws.is_emulated());
            let refuses = match target {
                Some(target) => listening::refuses(target).await,
                None => false,
            };
            healthy += usize::from(!refuses);
        }
    }
    let wanted = wanted_targets(desired);
    Ok(if healthy < wanted {
        Look::NotYet(format!("{healthy} of {wanted} targets healthy"))
    } else {
        Look::Done(())
    })
}

/// How many targets must be healthy at least. Where an autoscaler decides on the number, one must be; a daemon has as many
/// as there are instances, which may be none.
fn wanted_targets(desired: &Service) -> usize {
    let daemon = desired.scheduling_strategy == Some(SchedulingStrategy::Daemon);
    let count = desired.desired_count.unwrap_or(if daemon { 0 } else { 1 });
    usize::try_from(count).unwrap_or_default()
}

fn failure(deployment: &Deployment) -> Failure {
    let reason = deployment.rollout_state_reason().filter(|reason| !reason.is_empty());
    Failure::new(format!(
        "ECS gave up deploying {}: {}",
        short(deployment.task_definition().unwrap_or_default()),
        reason.unwrap_or("its tasks did not come up")
    ))
}

/// `My-Web-App:3` from its ARN.
fn short(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_whose_number_others_decide_on_needs_a_healthy_target() {
        let service = |desired_count, scheduling_strategy| Service {
            desired_count,
            scheduling_strategy,
            ..Service::default()
        };
        assert_eq!(wanted_targets(&service(Some(3), None)), 3);
        assert_eq!(wanted_targets(&service(None, Some(SchedulingStrategy::Replica))), 1);
        assert_eq!(wanted_targets(&service(None, Some(SchedulingStrategy::Daemon))), 0);
    }
}
