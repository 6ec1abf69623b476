//! The scheduled actions of a service.

use super::{count, limit, unless_gone};
use crate::Aws;
use crate::clients::ApplicationAutoScaling;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalableTargetAction, ServiceNamespace};
use futures::future::try_join_all;
use infra_engine::Failure;
use infra_resources::service_scaling::{ScheduledAction, UTC};
use infra_wire::sdk_error::SdkResult;

/// The scheduled actions of a service.
///
/// # Errors
/// When they can't be read.
pub async fn read(aws: &Aws, resource_id: &str) -> Result<Vec<ScheduledAction>, Failure> {
    let request =
        aws.client::<ApplicationAutoScaling>().describe_scheduled_actions().resource_id(resource_id);
    let pages = request.service_namespace(ServiceNamespace::Ecs).into_paginator().items().send();
    let actions = pages.collect::<Result<Vec<_>, _>>().await.or_failure("describe the scheduled actions")?;
    let in_our_types = |action: &aws_sdk_applicationautoscaling::types::ScheduledAction| {
        let limits = action.scalable_target_action();
        ScheduledAction {
            name: action.scheduled_action_name().to_owned(),
            schedule: action.schedule().to_owned(),
            timezone: action.timezone().filter(|zone| !zone.is_empty()).map(str::to_owned),
            min_tasks: count(limits.and_then(|limits| limits.min_capacity())),
            max_tasks: count(limits.and_then(|limits| limits.max_capacity())),
        }
    };
    Ok(actions.iter().filter(|action| action.resource_id() == resource_id).map(in_our_types).collect())
}

/// Puts the desired actions, and deletes the others.
///
/// # Errors
/// When one can't be put or deleted.
pub async fn put(aws: &Aws, resource_id: &str, desired: &[ScheduledAction]) -> Result<(), Failure> {
    let puts = try_join_all(desired.iter().map(async |action| {
        let limits = ScalableTargetAction::builder()
            .min_capacity(limit(action.min_tasks)?)
            .max_capacity(limit(action.max_tasks)?);
        let request = aws.client::<ApplicationAutoScaling>().put_scheduled_action().resource_id(resource_id);
        let request = request.scheduled_action_name(&action.name).service_namespace(ServiceNamespace::Ecs);
        let request = request.scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        let request = request.schedule(&action.schedule).timezone(action.timezone.as_deref().unwrap_or(UTC));
        let put = request.scalable_target_action(limits.build()).send().await;
        put.or_failure("put the scheduled action")
    }));
    let (_, there) = tokio::try_join!(puts, read(aws, resource_id))?;
    let names = there.into_iter().map(|action| action.name);
    for name in names.filter(|name| desired.iter().all(|action| action.name != *name)) {
        let request =
            aws.client::<ApplicationAutoScaling>().delete_scheduled_action().resource_id(resource_id);
        let request = request.scheduled_action_name(name).service_namespace(ServiceNamespace::Ecs);
        let deleted = request.scalable_dimension(ScalableDimension::EcsServiceDesiredCount).send().await;
        unless_gone(deleted, "delete the scheduled action")?;
    }
    Ok(())
}
