//! Reads and writes how services are scaled.

mod policies;
mod schedule;

use super::cluster::described::clusters_of;
use super::service;
use crate::Aws;
use crate::clients::ApplicationAutoScaling;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_applicationautoscaling::config::http::HttpResponse;
use aws_sdk_applicationautoscaling::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_applicationautoscaling::operation::register_scalable_target::builders::RegisterScalableTargetFluentBuilder;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalableTarget, ServiceNamespace};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::ownership::Ownership;
use infra_engine::{Context, Failure, Found, Live, Names, Operations, Resource, ResourceId, ResourceKind};
use infra_resources::ServiceScaling;
use infra_resources::service_scaling::ServiceScalingOutputs;
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::{Problem, SdkResult, problem_of};
use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

/// What was made a moment ago is not known everywhere at once.
const KNOWN_DEADLINE: Duration = Duration::from_secs(60);

/// Services as scalable targets.
pub struct ServiceScalings(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for ServiceScalings {
    type Resource = ServiceScaling;

    const DELETED_BEFORE: Names = &["cluster", "service"];
    const NOT_FOUND: Names = &["ObjectNotFoundException"];
    /// Who registers a target again changes it.
    const ALREADY_EXISTS: Names = &[];
    /// A target takes tags when it is registered for the first time, and not a second time.
    const OPERATIONS: Operations = Operations {
        reads: &[
            "DescribeClusters",
            "DescribeScalableTargets",
            "DescribeScalingPolicies",
            "DescribeScheduledActions",
            "DescribeServices",
            "ListClusters",
            "ListServices",
            "ListTagsForResource",
        ],
        creates: &["RegisterScalableTarget"],
        changes: &["PutScalingPolicy", "PutScheduledAction"],
        removes: &["DeleteScalingPolicy", "DeleteScheduledAction", "DeregisterScalableTarget"],
    };

    async fn read(&self, desired: &ServiceScaling) -> ReadResult<ServiceScaling> {
        let id = desired.resource_id();
        let targets = self.targets().await?;
        let Some(target) = targets.iter().find(|target| target.resource_id() == id) else { return Ok(None) };
        let (policies, scheduled_actions) =
            tokio::try_join!(policies::read(&self.0, &id), schedule::read(&self.0, &id))?;
        let limits = (count(Some(target.min_capacity())), count(Some(target.max_capacity())));
        let (min_tasks, max_tasks) = match limits {
            (min, max) if desired.schedules(min, max) => (desired.min_tasks, desired.max_tasks),
            limits => limits,
        };
        let properties =
            ServiceScaling { min_tasks, max_tasks, policies, scheduled_actions, ..desired.clone() };
        // Whose it is, its cluster's tags say.
        Ok(Some(Live { properties, outputs: ServiceScalingOutputs { resource_id: id.into() }, tags: None }))
    }

    async fn create(
        &self,
        desired: &ServiceScaling,
        context: &Context<'_>,
    ) -> Result<ServiceScalingOutputs, Failure> {
        let tags: HashMap<String, String> = context.tags().into_iter().collect();
        poll_until(KNOWN_DEADLINE, context, async || {
            let registered = self.register(desired)?.set_tags(Some(tags.clone())).send().await;
            match &registered {
                Err(error) if not_known_yet(&problem_of(error)) => {
                    return Ok(Poll::Pending("Application Auto Scaling to know the service".to_owned()));
                }
                _ => {}
            }
            registered.or_failure("have Application Auto Scaling scale the service")?;
            Ok(Poll::Ready(()))
        })
        .await?;
        self.put_rules(desired).await
    }

    async fn update(
        &self,
        desired: &ServiceScaling,
        live: LiveOf<ServiceScaling>,
        _: &Context<'_>,
    ) -> Result<ServiceScalingOutputs, Failure> {
        // Where a scheduled action has set them, the limits are read as if they were desired, and stay.
        let limits = |it: &ServiceScaling| (it.min_tasks, it.max_tasks);
        if limits(&live.properties) != limits(desired) {
            // Tags are taken of a new target only.
            let registered = self.register(desired)?.send().await;
            registered.or_failure("change between what numbers the service is scaled")?;
        }
        self.put_rules(desired).await
    }

    /// The target goes last: by it the rest is found again when a run is killed in between. AWS deletes its policies, their
    /// alarms and its scheduled actions with it.
    async fn delete(&self, found: &Found, _: &Context<'_>) -> Result<(), Failure> {
        let request =
            self.0.client::<ApplicationAutoScaling>().deregister_scalable_target().resource_id(&found.name);
        let request = request.service_namespace(ServiceNamespace::Ecs);
        let deregistered = request.scalable_dimension(ScalableDimension::EcsServiceDesiredCount).send().await;
        unless_gone(deregistered, "take the service from Application Auto Scaling")
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let (clusters, targets) = tokio::try_join!(clusters_of(&self.0, stack), self.targets())?;
        let mut found = Vec::new();
        for (cluster, _) in &clusters {
            let name = cluster.cluster_name().unwrap_or_default();
            let beginning = format!("service/{name}/");
            let in_it = |target: &&ScalableTarget| target.resource_id().starts_with(&beginning);
            found.extend(self.ours_in(name, targets.iter().filter(in_it).collect(), stack).await?);
        }
        Ok(found)
    }
}

impl ServiceScalings {
    /// Those of a cluster's targets that are the stack's. Somebody may scale a service of theirs in our cluster.
    async fn ours_in(
        &self,
        cluster: &str,
        targets: Vec<&ScalableTarget>,
        stack: &str,
    ) -> Result<Vec<Found>, Failure> {
        if targets.is_empty() {
            return Ok(Vec::new());
        }
        let services = service::all_in(&self.0, cluster).await?;
        let mut ours = Vec::new();
        for target in targets {
            let id = target.resource_id();
            let name = id.rsplit('/').next().unwrap_or_default();
            let is_ours = match services.iter().find(|service| service.service_name() == Some(name)) {
                Some(service) => Ownership::of(&tags::from(service.tags()), stack) == Ownership::Ours,
                None => self.is_tagged(target, stack).await?,
            };
            if is_ours {
                let id = id.to_owned();
                let address = ResourceId::new(ServiceScaling::KIND, &id);
                ours.push(Found { id: address, name: id.clone(), locator: id });
            }
        }
        Ok(ours)
    }

    /// Whether a target whose service is gone carries the stack's tags.
    async fn is_tagged(&self, target: &ScalableTarget, stack: &str) -> Result<bool, Failure> {
        let request = self.0.client::<ApplicationAutoScaling>().list_tags_for_resource();
        let answer = request.set_resource_arn(target.scalable_target_arn().map(str::to_owned)).send().await;
        let answer = answer.none_if(&["ResourceNotFoundException"], "list the scalable target's tags")?;
        let tags = answer.and_then(|answer| answer.tags).unwrap_or_default();
        Ok(Ownership::of(&tags.into_iter().collect(), stack) == Ownership::Ours)
    }

    /// All services that are scaled.
    async fn targets(&self) -> Result<Vec<ScalableTarget>, Failure> {
        let request = self.0.client::<ApplicationAutoScaling>().describe_scalable_targets();
        let pages = request.service_namespace(ServiceNamespace::Ecs).into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await.or_failure("list scalable targets")
    }

    fn register(&self, desired: &ServiceScaling) -> Result<RegisterScalableTargetFluentBuilder, Failure> {
        let request = self.0.client::<ApplicationAutoScaling>().register_scalable_target();
        Ok(request
            .service_namespace(ServiceNamespace::Ecs)
            .resource_id(desired.resource_id())
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .min_capacity(limit(desired.min_tasks)?)
            .max_capacity(limit(desired.max_tasks)?))
    }

    /// Puts the policies and scheduled actions that are desired; others go, also those that an old target left.
    async fn put_rules(&self, desired: &ServiceScaling) -> Result<ServiceScalingOutputs, Failure> {
        let id = desired.resource_id();
        tokio::try_join!(
            policies::put(&self.0, &id, &desired.policies),
            schedule::put(&self.0, &id, &desired.scheduled_actions)
        )?;
        Ok(ServiceScalingOutputs { resource_id: id.into() })
    }
}

/// The service as a scalable target, if it is one.
///
/// # Errors
/// When Application Auto Scaling can't be asked.
pub async fn target(aws: &Aws, resource_id: &str) -> Result<Option<ScalableTarget>, Failure> {
    let request =
        aws.client::<ApplicationAutoScaling>().describe_scalable_targets().resource_ids(resource_id);
    let answer = request.service_namespace(ServiceNamespace::Ecs).send().await;
    let targets = answer.or_failure("describe how the service is scaled")?.scalable_targets;
    Ok(targets.unwrap_or_default().into_iter().find(|target| target.resource_id() == resource_id))
}

/// A deletion; what is gone already is no failure.
fn unless_gone<T, E>(deleted: Result<T, SdkError<E, HttpResponse>>, call: &str) -> Result<(), Failure>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    deleted.none_if(ServiceScalings::NOT_FOUND, call).map(drop)
}

/// The first autoscaler of an account makes a role, which takes a moment; so does a new service.
fn not_known_yet(problem: &Problem<'_>) -> bool {
    let unknown = ["Unable to assume IAM role", "ECS service doesn't exist"];
    unknown.iter().any(|text| problem.says(text)) || problem.has_code(&["FailedResourceAccessException"])
}

/// A number of tasks as the service reports it.
fn count(tasks: Option<i32>) -> u32 {
    tasks.and_then(|tasks| u32::try_from(tasks).ok()).unwrap_or_default()
}

/// A number of tasks or seconds as the service takes it.
fn limit(number: u32) -> Result<i32, Failure> {
    let too_large =
        |error| Failure::caused_by(format!("{number} is more than Application Auto Scaling takes"), error);
    i32::try_from(number).map_err(too_large)
}
