//! What lives in a cluster beside its services: one-off tasks and container instances.

use super::described;
use crate::Aws;
use crate::clients::Ecs;
use crate::kinds::service;
use crate::partial;
use crate::tags;
use aws_sdk_ecs::types::{DesiredStatus, Service, Task};
use infra_engine::Failure;
use infra_engine::ownership::Ownership;
use infra_wire::sdk_error::SdkResult;

/// So ECS answers for a task or an instance that has gone meanwhile.
const GONE: [&str; 2] = ["ClusterNotFoundException", "InvalidParameterException"];

/// So the group of a service's tasks begins; its name follows.
const SERVICE_GROUP: &str = "service:";
const TORN_DOWN: &str = "the stack is torn down";
/// `DescribeTasks` takes at most so many.
const TASKS_PER_CALL: usize = 100;

/// Stops the tasks that no service keeps running.
///
/// # Errors
/// When tasks can't be listed or stopped.
pub async fn stop_one_off_tasks(aws: &Aws, cluster: &str) -> Result<(), Failure> {
    let tasks = running(aws, cluster).await?;
    for arns in tasks.chunks(TASKS_PER_CALL) {
        let request = aws.client::<Ecs>().describe_tasks().cluster(cluster).set_tasks(Some(arns.to_vec()));
        let answer = request.send().await.none_if(described::NOT_FOUND, "describe the cluster's tasks")?;
        let Some(answer) = answer else { return Ok(()) };
        partial::described(answer.failures.as_deref(), "describe the cluster's tasks")?;
        let of_service = |task: &&Task| task.group().is_some_and(|group| group.starts_with(SERVICE_GROUP));
        for task in answer.tasks().iter().filter(|task| !of_service(task)) {
            stop(aws, cluster, task.task_arn().unwrap_or_default(), TORN_DOWN).await?;
        }
    }
    Ok(())
}

/// Refuses where a service in the cluster does not carry the stack's tags: it is not ours to stop, and ECS deletes no cluster
/// with a service in it.
///
/// # Errors
/// When there is such a service, or services can't be listed.
pub async fn refuse_others(aws: &Aws, cluster: &str) -> Result<(), Failure> {
    let services = service::all_in(aws, cluster).await?;
    let is_ours =
        |service: &&Service| Ownership::of(&tags::from(service.tags()), &aws.stack) == Ownership::Ours;
    let others = services.iter().filter(|service| !is_ours(service));
    let names: Vec<_> = others.filter_map(Service::service_name).collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "cluster {cluster} has services in it that do not belong to stack {}: {}",
        aws.stack,
        names.join(", ")
    ))
    .hint("delete them or move them to another cluster, then run the same command again"))
}

/// Stops every task that still runs, unless somebody else's service may want it.
///
/// # Errors
/// When there is such a service, or tasks can't be listed or stopped.
pub async fn stop_tasks(aws: &Aws, cluster: &str) -> Result<(), Failure> {
    let tasks = running(aws, cluster).await?;
    if !tasks.is_empty() {
        refuse_others(aws, cluster).await?;
    }
    for task in tasks {
        stop(aws, cluster, &task, TORN_DOWN).await?;
    }
    Ok(())
}

async fn running(aws: &Aws, cluster: &str) -> Result<Vec<String>, Failure> {
    let request = aws.client::<Ecs>().list_tasks().cluster(cluster).desired_status(DesiredStatus::Running);
    let pages = request.into_paginator().items().send();
    let tasks = pages
        .collect::<Result<Vec<_>, _>>()
        .await
        .none_if(described::NOT_FOUND, "list the cluster's tasks")?;
    Ok(tasks.unwrap_or_default())
}

/// Stops a task; one that has gone is stopped.
async fn stop(aws: &Aws, cluster: &str, task: &str, reason: &str) -> Result<(), Failure> {
    let request = aws.client::<Ecs>().stop_task().cluster(cluster).task(task).reason(reason);
    request.send().await.none_if(&GONE, "stop a task")?;
    Ok(())
}

/// Deregisters every container instance; the Auto Scaling group has ended them by now.
///
/// # Errors
/// When instances can't be listed or deregistered.
pub async fn deregister_instances(aws: &Aws, cluster: &str) -> Result<(), Failure> {
    let pages =
        aws.client::<Ecs>().list_container_instances().cluster(cluster).into_paginator().items().send();
    let listed = pages.collect::<Result<Vec<_>, _>>().await;
    let instances = listed.none_if(described::NOT_FOUND, "list the cluster's container instances")?;
    for instance in instances.unwrap_or_default() {
        let request =
            aws.client::<Ecs>().deregister_container_instance().cluster(cluster).container_instance(instance);
        request.force(true).send().await.none_if(&GONE, "deregister a container instance")?;
    }
    Ok(())
}
