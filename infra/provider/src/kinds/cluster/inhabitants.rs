//! What lives in a cluster beside its services: one-off tasks and container instances.

use crate::aws::Aws;
use crate::explain::Explain;
use aws_sdk_ecs::types::{DesiredStatus, Task};
use infra_engine::Failure;

const NO_CLUSTER: [&str; 1] = ["ClusterNotFoundException"];
/// So ECS answers for a task or an instance that has gone meanwhile.
const GONE: [&str; 2] = ["ClusterNotFoundException", "InvalidParameterException"];

/// `DescribeTasks` takes at most so many.
const TASKS_PER_CALL: usize = 100;

/// Stops the tasks that no service keeps running.
///
/// # Errors
/// When tasks can't be listed or stopped.
pub async fn stop_one_off_tasks(aws: &Aws, cluster: &str) -> Result<(), Failure> {
    let of_a_service = |task: &Task| task.group().is_some_and(|group| group.starts_with("service:"));
    let tasks = running(aws, cluster).await?;
    for arns in tasks.chunks(TASKS_PER_CALL) {
        let described = aws.ecs.describe_tasks().cluster(cluster).set_tasks(Some(arns.to_vec())).send().await;
        let described = described.unless(&NO_CLUSTER, "describe the cluster's tasks")?;
        let tasks = described.and_then(|answer| answer.tasks).unwrap_or_default();
        for task in tasks.iter().filter(|task| !of_a_service(task)) {
            stop(aws, cluster, task.task_arn().unwrap_or_default()).await?;
        }
    }
    Ok(())
}

/// Stops every task that still runs.
///
/// # Errors
/// When tasks can't be listed or stopped.
pub async fn stop_tasks(aws: &Aws, cluster: &str) -> Result<(), Failure> {
    for task in running(aws, cluster).await? {
        stop(aws, cluster, &task).await?;
    }
    Ok(())
}

async fn running(aws: &Aws, cluster: &str) -> Result<Vec<String>, Failure> {
    let request = aws.ecs.list_tasks().cluster(cluster).desired_status(DesiredStatus::Running);
    let pages = request.into_paginator().items().send();
    let tasks = pages.collect::<Result<Vec<_>, _>>().await.unless(&NO_CLUSTER, "list the cluster's tasks")?;
    Ok(tasks.unwrap_or_default())
}

async fn stop(aws: &Aws, cluster: &str, task: &str) -> Result<(), Failure> {
    let request = aws.ecs.stop_task().cluster(cluster).task(task).reason("the stack is torn down");
    request.send().await.unless(&GONE, "stop a task")?;
    Ok(())
}

/// Deregisters every container instance; the Auto Scaling group has ended them by now.
///
/// # Errors
/// When instances can't be listed or deregistered.
pub async fn deregister_instances(aws: &Aws, cluster: &str) -> Result<(), Failure> {
    let pages = aws.ecs.list_container_instances().cluster(cluster).into_paginator().items().send();
    let listed = pages.collect::<Result<Vec<_>, _>>().await;
    let instances = listed.unless(&NO_CLUSTER, "list the cluster's container instances")?;
    for instance in instances.unwrap_or_default() {
        let request = aws.ecs.deregister_container_instance().cluster(cluster).container_instance(instance);
        request.force(true).send().await.unless(&GONE, "deregister a container instance")?;
    }
    Ok(())
}
