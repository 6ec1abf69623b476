//! Which operation is which.

use super::input::{Request, members, read};
use super::instances::attributes;
use super::{
    Ecs, account_settings, capacity_providers, clusters, instances, run_task, services, tags,
    task_definitions, tasks,
};
use crate::api_error::ApiError;
use serde_json::Value;
use std::sync::Arc;

/// Carries out a call.
pub(super) async fn call(ecs: &Arc<Ecs>, operation: &str, body: Value) -> Result<Value, ApiError> {
    let answer: fn(&Ecs, Request) -> Result<Value, ApiError> = match operation {
        "CreateCluster" => clusters::create,
        "DescribeClusters" => clusters::describe,
        "ListClusters" => clusters::list,
        "UpdateCluster" | "UpdateClusterSettings" => clusters::update,
        "PutClusterCapacityProviders" => clusters::put_capacity_providers,
        "DeleteCluster" => clusters::delete,
        "CreateCapacityProvider" => return capacity_providers::create(ecs, read(members(body)?)?).await,
        "DescribeCapacityProviders" => capacity_providers::describe,
        "UpdateCapacityProvider" => return capacity_providers::update(ecs, read(members(body)?)?).await,
        "DeleteCapacityProvider" => capacity_providers::delete,
        "RegisterTaskDefinition" => return task_definitions::register(ecs, members(body)?),
        "DescribeTaskDefinition" => task_definitions::describe,
        "ListTaskDefinitions" => task_definitions::list,
        "ListTaskDefinitionFamilies" => task_definitions::list_families,
        "DeregisterTaskDefinition" => task_definitions::deregister,
        "DeleteTaskDefinitions" => task_definitions::delete,
        "RunTask" => return run_task::run(ecs, members(body)?).await,
        "StartTask" => return run_task::start(ecs, members(body)?).await,
        "StopTask" => tasks::stop,
        "DescribeTasks" => tasks::describe,
        "ListTasks" => tasks::list,
        "ExecuteCommand" => tasks::execute_command,
        "ListContainerInstances" => instances::list,
        "DescribeContainerInstances" => instances::describe,
        "UpdateContainerInstancesState" => instances::update_state,
        "DeregisterContainerInstance" => instances::deregister,
        "ListAttributes" => attributes::list,
        "PutAttributes" => attributes::put,
        "DeleteAttributes" => attributes::delete,
        "TagResource" => tags::tag,
        "UntagResource" => tags::untag,
        "ListTagsForResource" => tags::list,
        "ListAccountSettings" => account_settings::list,
        "PutAccountSetting" | "PutAccountSettingDefault" => account_settings::put,
        "DeleteAccountSetting" => account_settings::delete,
        _ => return services::call(ecs, operation, body).await,
    };
    let request = read(members(body)?)?;
    if operation.contains("ContainerInstances") {
        ecs.look().await?;
    }
    let mut answer = answer(ecs, request)?;
    clusters::count_services(ecs, &mut answer);
    Ok(answer)
}
