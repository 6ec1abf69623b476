//! Which secrets have changed since tasks were given them: a task has the value of its start.

use crate::tasks;
use aws_sdk_ecs::types::DesiredStatus;
use futures::future::try_join_all;
use infra_aws::live_service::LiveService;
use infra_aws::{Aws, secret, task_definition};
use infra_engine::Failure;
use infra_resources::SecretSource;

/// The variables of a service's containers whose secrets are newer than the oldest of its tasks.
///
/// # Errors
/// When tasks or secrets can't be described.
pub async fn newer(aws: &Aws, service: &LiveService) -> Result<Vec<String>, Failure> {
    let definition = task_definition::revision(aws, &service.task_definition).await?;
    let secrets: Vec<_> = definition.container_definitions.iter().flat_map(|it| &it.secrets).collect();
    if secrets.is_empty() {
        return Ok(Vec::new());
    }
    let running = tasks::of_services(aws, service, DesiredStatus::Running).await?;
    let began = running.iter().filter_map(|task| task.created_at().map(|at| at.as_secs_f64()));
    let Some(oldest) = began.reduce(f64::min) else { return Ok(Vec::new()) };
    let newer = try_join_all(secrets.into_iter().map(async |it| {
        let source = SecretSource::read(it.value_from.get()?, &aws.region, &aws.account.id);
        let Some(source) = source else { return Ok(None) };
        let changed = secret::changed_at(aws, &source).await?;
        Ok::<_, Failure>(changed.filter(|changed| *changed > oldest).map(|_| it.name.clone()))
    }));
    Ok(newer.await?.into_iter().flatten().collect())
}
