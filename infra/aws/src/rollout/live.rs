//! Rollouts of services that are deployed already, for commands that know no more than the service.

use super::{End, Look, Rollout, Target, service_deployment};
use crate::Aws;
use crate::clients::Ecs;
use crate::live_service::{LiveService, last_part};
use crate::partial;
use aws_sdk_ecs::types::{DeploymentRolloutState as State, Service};
use infra_ecs::follow::{Observation, Outcome};
use infra_engine::{Context, Failure};
use infra_wire::sdk_error::SdkResult;
use std::time::Duration;
use tokio::time::Instant;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Waits until what is being deployed of a service has ended. A service of which nothing is is not followed.
///
/// # Errors
/// When it ends otherwise than well, or at the deadline.
pub async fn wait(
    aws: &Aws,
    live: &LiveService,
    deadline: Duration,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let newest = service_deployment::newest(aws, &live.cluster_arn, &live.service_name).await?;
    let is_over = newest.as_ref().is_none_or(service_deployment::is_over);
    if is_over && is_settled(&describe(aws, live).await?) {
        return Ok(());
    }
    let began = Instant::now();
    let mut rollout = Rollout::begin(aws, target(aws, live).await?, context);
    let mut pause = FIRST_PAUSE;
    loop {
        let service = describe(aws, live).await?;
        match rollout.see(&service).await? {
            Some(Outcome::Succeeded) if is_settled(&service) => return Ok(()),
            Some(Outcome::Succeeded) => {}
            Some(outcome) => return Err(rollout.failure(outcome)),
            None if !rollout.is_known() && is_settled(&service) => return Ok(()),
            None => {}
        }
        if began.elapsed() >= deadline {
            return Err(rollout.timed_out());
        }
        rollout.pause(pause).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

/// One look at what runs of a service now.
///
/// # Errors
/// When AWS can't be asked.
pub async fn look_at(aws: &Aws, live: &LiveService) -> Result<Observation, Failure> {
    let service = describe(aws, live).await?;
    Look::at(target(aws, live).await?).observe(aws, &service).await
}

/// The revision that took over last before the one that runs: the ARN of its task definition.
///
/// # Errors
/// When ECS can't be asked.
pub async fn last_success_before(aws: &Aws, live: &LiveService) -> Result<Option<String>, Failure> {
    for deployment in service_deployment::successful(aws, &live.cluster_arn, &live.service_name).await? {
        let revision = service_deployment::revision(aws, &deployment).await?;
        if revision.as_ref().is_some_and(|revision| *revision != live.task_definition) {
            return Ok(revision);
        }
    }
    Ok(None)
}

/// What is being deployed, or was last.
async fn target(aws: &Aws, live: &LiveService) -> Result<Target, Failure> {
    let newest = service_deployment::newest(aws, &live.cluster_arn, &live.service_name).await?;
    let revision = match &newest {
        Some(newest) if !service_deployment::is_over(newest) => {
            service_deployment::revision(aws, newest).await?
        }
        _ => None,
    };
    let groups = live.load_balancers.iter().flat_map(|balancer| {
        let alternate = balancer.advanced_configuration.as_ref();
        let alternate = alternate.and_then(|it| it.alternate_target_group_arn.as_ref());
        balancer.target_group_arn.iter().chain(alternate).filter_map(|group| group.get().ok().cloned())
    });
    Ok(Target {
        cluster: live.cluster_arn.clone(),
        service: live.service_name.clone(),
        revision: revision.unwrap_or_else(|| live.task_definition.clone()),
        deployment_id: None,
        target_groups: groups.collect(),
    })
}

async fn describe(aws: &Aws, live: &LiveService) -> Result<Service, Failure> {
    let request = aws.client::<Ecs>().describe_services().cluster(&live.cluster_arn);
    let answer = request.services(&live.service_name).send().await.or_failure("describe the service")?;
    partial::described(answer.failures.as_deref(), "describe the service")?;
    let service = answer.services.unwrap_or_default().into_iter().find(|it| it.status() == Some("ACTIVE"));
    service.ok_or_else(|| Failure::new(format!("service {} is gone", live.service_name)))
}

/// Whether no deployment of it is under way.
fn is_settled(service: &Service) -> bool {
    service.deployments().iter().all(|it| {
        it.rollout_state() != Some(&State::InProgress)
            && (it.status() == Some("PRIMARY") || it.running_count() == 0)
    })
}

impl Rollout<'_> {
    /// The failure of a deployment that was still under way at the deadline.
    pub fn timed_out(&self) -> Failure {
        End::TimedOut.failure(last_part(&self.look.target().revision), self.follower.cause(), &self.now)
    }
}
