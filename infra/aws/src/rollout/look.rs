//! One look at a service whose deployment is followed.

use super::Target;
use super::evidence::Evidence;
use super::service_deployment::{self, seen};
use crate::Aws;
use crate::clients::Elb;
use crate::kinds::target_group::TargetGroups;
use crate::live_service::last_part;
use aws_sdk_ecs::types::{Deployment, DeploymentRolloutState, Service, ServiceDeployment};
use aws_sdk_elasticloadbalancingv2::types::TargetHealthDescription;
use aws_smithy_types::DateTime;
use infra_ecs::diagnosis::{Expected, UnhealthyTarget};
use infra_ecs::follow::{Counts, Health, Message, Observation};
use infra_engine::{Failure, ResourceKind};
use infra_wire::sdk_error::SdkResult;

const PRIMARY: &str = "PRIMARY";
/// A service deployment begins with its deployment, and their times may differ by so much.
const SAME_TIME_SECONDS: f64 = 5.0;

/// Looks at one service again and again.
#[derive(Debug, Default)]
pub struct Look {
    target: Target,
    /// The ARN of its service deployment, once it is known.
    arn: Option<String>,
    /// When the deployment began.
    since: Option<DateTime>,
    evidence: Evidence,
    has_expected: bool,
}

impl Look {
    /// Nothing is known of it yet.
    pub fn at(target: Target) -> Self {
        Self { target, ..Self::default() }
    }

    /// What is looked at.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The ARN of the service deployment, where ECS has one.
    pub fn service_deployment(&self) -> Option<&str> {
        self.arn.as_deref()
    }

    /// Whether tasks have died whose logs are not there yet.
    pub(super) fn waits_for_logs(&self) -> bool {
        self.evidence.waits_for_logs()
    }

    /// Whether causes have to be named and what the revision asks for was not read yet.
    pub(super) fn needs_expected(&self, observation: &Observation) -> bool {
        let needs = !observation.stopped.is_empty() || !observation.unhealthy.is_empty();
        needs && !self.has_expected
    }

    /// What the revision asks for.
    pub(super) async fn expected(&mut self, aws: &Aws) -> Expected {
        self.has_expected = true;
        let mut expected = self.evidence.expected(aws, &self.target).await;
        if let Some(group) = self.target.target_groups.first() {
            let request = aws.client::<Elb>().describe_target_groups().target_group_arns(group);
            // That it can't be read must not hide the cause.
            let group = request.send().await.ok().and_then(|answer| answer.target_groups?.pop());
            expected.health_check_path = group.and_then(|group| group.health_check_path);
        }
        expected
    }

    /// Looks at the service, of which this is what ECS has just described.
    ///
    /// # Errors
    /// When AWS can't be asked.
    pub async fn observe(&mut self, aws: &Aws, service: &Service) -> Result<Observation, Failure> {
        let ours = self.deployment(service);
        if self.since.is_none() {
            self.since = ours.and_then(|it| it.created_at().copied());
        }
        let deployment = self.of_ecs(aws, service).await?;
        let superseded = deployment.as_ref().is_some_and(|ours| {
            let now = service.current_service_deployment();
            now.is_some_and(|now| Some(now) != ours.service_deployment_arn())
                || service.deployments().iter().any(|it| is_newer(it, ours))
        });
        let (health, unhealthy) = self.health(aws).await?;
        let failed = ours.filter(|it| it.rollout_state() == Some(&DeploymentRolloutState::Failed));
        Ok(Observation {
            revision: last_part(&self.target.revision).to_owned(),
            superseded,
            failed: failed.map(|it| it.rollout_state_reason().unwrap_or_default().to_owned()),
            completed: ours.is_some_and(|it| it.rollout_state() == Some(&DeploymentRolloutState::Completed)),
            counts: counts(ours, deployment.as_ref(), service.deployments()),
            deployment: deployment.as_ref().map(seen),
            health,
            messages: self.messages(service),
            stopped: self.evidence.stopped(aws, &self.target, self.since.as_ref()).await?,
            unhealthy,
        })
    }

    /// The deployment among those of the service: by its id, else the service's own of that revision.
    fn deployment<'a>(&self, service: &'a Service) -> Option<&'a Deployment> {
        let of_revision = |it: &&Deployment| it.task_definition() == Some(&self.target.revision);
        let deployments = service.deployments();
        match &self.target.deployment_id {
            Some(id) => deployments.iter().find(|it| it.id() == Some(id)),
            None => deployments
                .iter()
                .find(|it| of_revision(it) && it.status() == Some(PRIMARY))
                .or_else(|| deployments.iter().find(of_revision)),
        }
    }

    /// The service deployment, found once: the newest one that brings the revision and did not begin before.
    async fn of_ecs(&mut self, aws: &Aws, service: &Service) -> Result<Option<ServiceDeployment>, Failure> {
        if let Some(arn) = &self.arn {
            return service_deployment::describe(aws, arn).await;
        }
        let found = match service.current_service_deployment() {
            Some(arn) => service_deployment::describe(aws, arn).await?,
            None => service_deployment::newest(aws, &self.target.cluster, &self.target.service).await?,
        };
        let Some(found) = found else { return Ok(None) };
        let (created, since) = (found.created_at().copied(), self.since);
        let is_earlier = created
            .zip(since)
            .is_some_and(|(created, since)| created.as_secs_f64() + SAME_TIME_SECONDS < since.as_secs_f64());
        let revision = service_deployment::revision(aws, &found).await?;
        if is_earlier || revision.as_ref() != Some(&self.target.revision) {
            return Ok(None);
        }
        self.arn = found.service_deployment_arn.clone();
        Ok(Some(found))
    }

    /// How the targets are, of all target groups of the service.
    async fn health(&self, aws: &Aws) -> Result<(Option<Health>, Vec<UnhealthyTarget>), Failure> {
        let (mut health, mut unhealthy) = (Health::default(), Vec::new());
        for group in &self.target.target_groups {
            for target in targets_of(aws, group).await? {
                let of = target.target_health();
                let state = of.and_then(|health| health.state()).map(|state| state.as_str());
                match state.unwrap_or_default() {
                    "draining" | "unused" => continue,
                    "healthy" => health.healthy += 1,
                    "unhealthy" => unhealthy.push(UnhealthyTarget {
                        id: target
                            .target()
                            .map(|it| it.id().unwrap_or_default().to_owned())
                            .unwrap_or_default(),
                        port: target.target().and_then(|it| it.port()),
                        state: "unhealthy".to_owned(),
                        reason: of.and_then(|it| it.reason()).map(|it| it.as_str().to_owned()),
                        description: of.and_then(|it| it.description()).map(str::to_owned),
                        ..UnhealthyTarget::default()
                    }),
                    _ => {}
                }
                health.registered += 1;
            }
        }
        Ok(((!self.target.target_groups.is_empty()).then_some(health), unhealthy))
    }

    /// The service's events since the deployment began, the oldest first.
    fn messages(&self, service: &Service) -> Vec<Message> {
        let since = self.since.map_or(f64::MAX, |since| since.as_secs_f64());
        let messages = service.events().iter().filter_map(|event| {
            let at = event.created_at()?.as_secs_f64();
            let (id, text) = (event.id()?.to_owned(), event.message()?.to_owned());
            (at >= since).then_some(Message { id, at, text })
        });
        let mut messages: Vec<_> = messages.collect();
        messages.sort_by(|a, b| a.at.total_cmp(&b.at));
        messages
    }
}

async fn targets_of(aws: &Aws, group: &str) -> Result<Vec<TargetHealthDescription>, Failure> {
    let answer = aws.client::<Elb>().describe_target_health().target_group_arn(group).send().await;
    let answer = answer.none_if(TargetGroups::NOT_FOUND, "describe the health of the targets")?;
    Ok(answer.and_then(|answer| answer.target_health_descriptions).unwrap_or_default())
}

/// Whether another deployment of the service began after this service deployment.
fn is_newer(deployment: &Deployment, than: &ServiceDeployment) -> bool {
    let (Some(created), Some(began)) = (deployment.created_at(), than.created_at()) else { return false };
    deployment.status() == Some(PRIMARY) && created.as_secs_f64() > began.as_secs_f64() + 1.0
}

fn counts(ours: Option<&Deployment>, of_ecs: Option<&ServiceDeployment>, all: &[Deployment]) -> Counts {
    let Some(ours) = ours else {
        // Given up and without a task: only the service deployment is left.
        let target = of_ecs.and_then(|deployment| deployment.target_service_revision());
        return Counts {
            desired: target.map_or(0, |it| it.requested_task_count()),
            old: all.iter().map(Deployment::running_count).sum(),
            ..Counts::default()
        };
    };
    Counts {
        desired: ours.desired_count(),
        running: ours.running_count(),
        pending: ours.pending_count(),
        failed: ours.failed_tasks(),
        old: all.iter().map(Deployment::running_count).sum::<i32>() - ours.running_count(),
    }
}
