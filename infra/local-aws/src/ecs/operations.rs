//! Which operation is which.

use super::input::invalid;
use super::{
    Ecs, account_settings, capacity_providers, clusters, exec, instances, run_task, services, tags,
    task_definitions, tasks,
};
use crate::api_error::ApiError;
use serde_json::Value;
use std::sync::Arc;

/// What services have of their own.
const OF_SERVICES: [&str; 13] = [
    "CreateService",
    "UpdateService",
    "DeleteService",
    "DescribeServices",
    "ListServices",
    "ListServicesByNamespace",
    "DescribeServiceDeployments",
    "ListServiceDeployments",
    "StopServiceDeployment",
    "ContinueServiceDeployment",
    "DescribeServiceRevisions",
    "GetTaskProtection",
    "UpdateTaskProtection",
];

/// Carries out a call.
pub(super) async fn call(ecs: &Arc<Ecs>, operation: &str, body: Value) -> Result<Value, ApiError> {
    match operation {
        "CreateCluster" => clusters::create(ecs, body),
        "DescribeClusters" => clusters::describe(ecs, body),
        "ListClusters" => clusters::list(ecs, body),
        "UpdateCluster" | "UpdateClusterSettings" => clusters::update(ecs, body),
        "PutClusterCapacityProviders" => clusters::put_capacity_providers(ecs, body),
        "DeleteCluster" => clusters::delete(ecs, body),
        "CreateCapacityProvider" => capacity_providers::create(ecs, body).await,
        "DescribeCapacityProviders" => capacity_providers::describe(ecs, body),
        "UpdateCapacityProvider" => capacity_providers::update(ecs, body).await,
        "DeleteCapacityProvider" => capacity_providers::delete(ecs, body),
        "RegisterTaskDefinition" => task_definitions::register(ecs, body),
        "DescribeTaskDefinition" => task_definitions::describe(ecs, body),
        "ListTaskDefinitions" => task_definitions::list(ecs, body),
        "ListTaskDefinitionFamilies" => task_definitions::list_families(ecs, body),
        "DeregisterTaskDefinition" => task_definitions::deregister(ecs, body),
        "DeleteTaskDefinitions" => task_definitions::delete(ecs, body),
        "RunTask" => run_task::run(ecs, body).await,
        "StartTask" => run_task::start(ecs, body).await,
        "StopTask" => tasks::stop(ecs, body),
        "DescribeTasks" => tasks::describe(ecs, body),
        "ListTasks" => tasks::list(ecs, body),
        "ExecuteCommand" => exec::execute(ecs, body),
        "ListContainerInstances" => instances::list(ecs, body).await,
        "DescribeContainerInstances" => instances::describe(ecs, body).await,
        "UpdateContainerInstancesState" => instances::update_state(ecs, body),
        "DeregisterContainerInstance" => instances::deregister(ecs, body),
        "ListAttributes" => instances::attributes::list(ecs, body),
        "PutAttributes" => instances::attributes::put(ecs, body),
        "DeleteAttributes" => instances::attributes::delete(ecs, body),
        "TagResource" => tags::tag(ecs, body),
        "UntagResource" => tags::untag(ecs, body),
        "ListTagsForResource" => tags::list(ecs, body),
        "ListAccountSettings" => account_settings::list(ecs, body),
        "PutAccountSetting" => account_settings::put(ecs, body, false),
        "PutAccountSettingDefault" => account_settings::put(ecs, body, true),
        "DeleteAccountSetting" => account_settings::delete(ecs, body),
        _ if OF_SERVICES.contains(&operation) => services::call(ecs, operation, body).await,
        "CreateTaskSet"
        | "UpdateTaskSet"
        | "DeleteTaskSet"
        | "DescribeTaskSets"
        | "UpdateServicePrimaryTaskSet" => {
            Err(invalid("The local AWS has no EXTERNAL deployment controller."))
        }
        _ => Err(ApiError::new(
            "UnknownOperationException",
            format!("The operation {operation} is not known."),
        )),
    }
}
