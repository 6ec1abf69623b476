//! Reads and writes how services are scaled.

mod policies;
mod schedule;

use super::cluster::clusters_of;
use crate::aws::Aws;
use crate::explain::{Explain, problem_of};
use async_trait::async_trait;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalableTarget, ServiceNamespace};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Resource, ResourceId, ResourceKind};
use infra_resources::ServiceScaling;
use infra_resources::service_scaling::ServiceScalingOutputs;

const GONE: [&str; 1] = ["ObjectNotFoundException"];

/// Services as scalable targets.
pub struct ServiceScalings(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for ServiceScalings {
    type Resource = ServiceScaling;

    fn uses(&self) -> &'static [&'static str] {
        &["cluster", "service"]
    }

    async fn read(&self, desired: &ServiceScaling) -> ReadResult<ServiceScaling> {
        let id = desired.resource_id();
        let Some(target) = self.find(&id).await? else { return Ok(None) };
        let (policies, scheduled_actions) =
            tokio::try_join!(policies::read(&self.0, &id), schedule::read(&self.0, &id))?;
        let limits = (count(Some(target.min_capacity())), count(Some(target.max_capacity())));
        let (min_tasks, max_tasks) = match limits {
            (min, max) if desired.schedules(min, max) => (desired.min_tasks, desired.max_tasks),
            limits => limits,
        };
        let properties =
            ServiceScaling { min_tasks, max_tasks, policies, scheduled_actions, ..desired.clone() };
        // Whose it is, its cluster's tags tell.
        Ok(Some(Live { properties, outputs: ServiceScalingOutputs { resource_id: id.into() }, tags: None }))
    }

    async fn create(
        &self,
        desired: &ServiceScaling,
        context: &Context<'_>,
    ) -> Result<ServiceScalingOutputs, Failure> {
        // A target that was there before may have left some.
        self.put(desired, context).await
    }

    async fn update(
        &self,
        desired: &ServiceScaling,
        _: LiveOf<ServiceScaling>,
        context: &Context<'_>,
    ) -> Result<ServiceScalingOutputs, Failure> {
        self.put(desired, context).await
    }

    /// Its policies, their alarms and its scheduled actions go with it; moto leaves them.
    async fn delete(&self, found: &Found, _: &Context<'_>) -> Result<(), Failure> {
        let request = self.0.application_autoscaling.deregister_scalable_target().resource_id(&found.name);
        let request = request.service_namespace(ServiceNamespace::Ecs);
        let deregistered = request.scalable_dimension(ScalableDimension::EcsServiceDesiredCount).send().await;
        deregistered.unless(&GONE, "take the service from Application Auto Scaling")?;
        policies::put(&self.0, &found.name, &[]).await?;
        schedule::put(&self.0, &found.name, &[]).await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        if self.0.is_emulated() && !self.is_there().await? {
            return Ok(Vec::new());
        }
        let clusters = clusters_of(&self.0, stack).await?;
        if clusters.is_empty() {
            return Ok(Vec::new());
        }
        let request = self.0.application_autoscaling.describe_scalable_targets();
        let pages = request.service_namespace(ServiceNamespace::Ecs).into_paginator().items().send();
        let targets = pages.collect::<Result<Vec<_>, _>>().await.explain("list scalable targets")?;
        let of_ours = |id: &str| {
            let cluster = id.split('/').nth(1);
            clusters.iter().any(|(described, _)| described.cluster_name() == cluster)
        };
        let ids = targets.iter().map(|target| target.resource_id()).filter(|id| of_ours(id));
        let found = ids.map(|id| Found {
            id: ResourceId::new(ServiceScaling::KIND, id),
            name: id.to_owned(),
            locator: id.to_owned(),
        });
        Ok(found.collect())
    }
}

impl ServiceScalings {
    async fn find(&self, resource_id: &str) -> Result<Option<ScalableTarget>, Failure> {
        let request = self.0.application_autoscaling.describe_scalable_targets().resource_ids(resource_id);
        let answer = request.service_namespace(ServiceNamespace::Ecs).send().await;
        let answer = answer.explain("describe how the service is scaled")?;
        let targets = answer.scalable_targets.unwrap_or_default();
        Ok(targets.into_iter().find(|target| target.resource_id() == resource_id))
    }

    /// Whether the emulator has Application Auto Scaling: MiniStack has not.
    async fn is_there(&self) -> Result<bool, Failure> {
        let request = self.0.application_autoscaling.describe_scalable_targets();
        let answer = request.service_namespace(ServiceNamespace::Ecs).max_results(1).send().await;
        if answer.as_ref().is_err_and(|error| problem_of(error).is_unknown_call()) {
            return Ok(false);
        }
        answer.explain("list scalable targets").map(|_| true)
    }

    /// Registers the service and puts what is desired; what is there and not desired goes.
    async fn put(
        &self,
        desired: &ServiceScaling,
        context: &Context<'_>,
    ) -> Result<ServiceScalingOutputs, Failure> {
        let id = desired.resource_id();
        let request = self.0.application_autoscaling.register_scalable_target().resource_id(&id);
        let request = request.service_namespace(ServiceNamespace::Ecs);
        let request = request.scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        let request = request.min_capacity(limit(desired.min_tasks)).max_capacity(limit(desired.max_tasks));
        let tags = context.tags().into_iter().collect();
        let registered = request.set_tags(Some(tags)).send().await;
        registered.explain("have Application Auto Scaling scale the service")?;
        policies::put(&self.0, &id, &desired.policies).await?;
        schedule::put(&self.0, &id, &desired.scheduled_actions).await?;
        Ok(ServiceScalingOutputs { resource_id: id.into() })
    }
}

/// A number of tasks as the service tells it.
fn count(tasks: Option<i32>) -> u32 {
    tasks.and_then(|tasks| u32::try_from(tasks).ok()).unwrap_or_default()
}

/// A number of tasks as the service takes it.
fn limit(tasks: u32) -> i32 {
    i32::try_from(tasks).unwrap_or(i32::MAX)
}
