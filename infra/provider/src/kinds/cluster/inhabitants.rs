//! What lives in a cluster beside its services: one-off tasks and container instances.

use crate::aws::Aws;
use crate::explain::Explain;
use infra_engine::Failure;

const GONE: [&str; 2] = ["ClusterNotFoundException", "InvalidParameterException"];

/// Stops every task that still runs.
///
/// # Errors
/// When tasks can't be listed or stopped.
pub async fn stop_tasks(aws: &Aws, cluster: &str) -> Result<(), Failure> {
    let pages = aws.ecs.list_tasks().cluster(cluster).into_paginator().items().send();
    let tasks = pages.collect::<Result<Vec<_>, _>>().await.unless(&GONE, "list the cluster's tasks")?;
    for task in tasks.unwrap_or_default() {
        let request = aws.ecs.stop_task().cluster(cluster).task(task).reason("the stack is torn down");
        request.send().await.unless(&GONE, "stop a task")?;
    }
    Ok(())
}

/// Deregisters every container instance; the Auto Scaling group has ended them by now.
///
/// # Errors
/// When instances can't be listed or deregistered.
pub async fn deregister_instances(aws: &Aws, cluster: &str) -> Result<(), Failure> {
    let pages = aws.ecs.list_container_instances().cluster(cluster).into_paginator().items().send();
    let listed = pages.collect::<Result<Vec<_>, _>>().await;
    let instances = listed.unless(&GONE, "list the cluster's container instances")?;
    for instance in instances.unwrap_or_default() {
        let request = aws.ecs.deregister_container_instance().cluster(cluster).container_instance(instance);
        request.force(true).send().await.unless(&GONE, "deregister a container instance")?;
    }
    Ok(())
}
