//! Tasks as ECS reports them, and what commands show of them.

use aws_sdk_ecs::types::{DesiredStatus, Task};
use infra_aws::Aws;
use infra_aws::clients::Ecs;
use infra_aws::live_service::{LiveService, last_part};
use infra_aws::partial;
use infra_ecs::{ContainerDefinition, TaskDefinition};
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;

/// How much of a task's id is shown: enough to tell ten tasks apart.
const SHORT: usize = 8;
/// `DescribeTasks` takes at most so many.
const TASKS_PER_CALL: usize = 100;

/// A task's id.
pub fn id_of(task: &Task) -> &str {
    last_part(task.task_arn().unwrap_or_default())
}

/// As much of a task's id as people need.
pub fn short(id: &str) -> &str {
    id.get(..SHORT).unwrap_or(id)
}

/// The family of a service's task definition.
pub fn family_of(service: &LiveService) -> &str {
    let revision = last_part(&service.task_definition);
    revision.rsplit_once(':').map_or(revision, |(family, _)| family)
}

/// The tasks that services run of a service's family. While a deploy has another service take over, those of both are among
/// them; one-off tasks are not.
pub async fn of_services(
    aws: &Aws,
    service: &LiveService,
    status: DesiredStatus,
) -> Result<Vec<Task>, Failure> {
    let request = aws.client::<Ecs>().list_tasks().cluster(&service.cluster_arn).family(family_of(service));
    let pages = request.desired_status(status).into_paginator().items().send();
    let arns = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list the tasks")?;
    let mut tasks = Vec::new();
    for arns in arns.chunks(TASKS_PER_CALL) {
        tasks.extend(described(aws, &service.cluster_arn, arns).await?);
    }
    tasks.retain(|task| task.group().is_some_and(|group| group.starts_with("service:")));
    Ok(tasks)
}

/// Tasks, as far as ECS shows them.
pub async fn described(aws: &Aws, cluster: &str, tasks: &[String]) -> Result<Vec<Task>, Failure> {
    let request = aws.client::<Ecs>().describe_tasks().cluster(cluster).set_tasks(Some(tasks.to_vec()));
    let answer = request.send().await.or_failure("describe the tasks")?;
    partial::described(answer.failures.as_deref(), "describe the tasks")?;
    Ok(answer.tasks.unwrap_or_default())
}

/// A container that no task of a definition has.
pub fn no_container(definition: &TaskDefinition, name: &str) -> Failure {
    let names: Vec<_> = definition.container_definitions.iter().map(ContainerDefinition::name).collect();
    Failure::new(format!("a task of {} has no container {name}", definition.family))
        .hint(format!("its containers are: {}", names.join(", ")))
}
