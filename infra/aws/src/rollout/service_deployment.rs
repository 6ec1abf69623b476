//! Service deployments: ECS's own record of how a revision takes over.

use crate::Aws;
use crate::clients::Ecs;
use crate::live_service::last_part;
use crate::partial;
use aws_sdk_ecs::types::{
    DeploymentLifecycleHookAction as Action, DeploymentLifecycleHookDetail as HookDetail,
    DeploymentLifecycleHookStatus as HookStatus, ServiceDeployment, ServiceDeploymentStatus,
    StopServiceDeploymentStopType as StopType,
};
use infra_ecs::follow::{Paused, ServiceDeploymentSeen};
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;

/// So ECS answers as long as it does not know what was just made.
const NOT_KNOWN: [&str; 3] =
    ["ClusterNotFoundException", "ServiceNotFoundException", "ServiceDeploymentNotFoundException"];

/// `DescribeServiceDeployments` takes at most so many.
const DESCRIBED_AT_ONCE: i32 = 20;

/// A service deployment; nothing while ECS does not know it.
///
/// # Errors
/// When ECS can't be asked.
pub(super) async fn describe(aws: &Aws, arn: &str) -> Result<Option<ServiceDeployment>, Failure> {
    let request = aws.client::<Ecs>().describe_service_deployments().service_deployment_arns(arn);
    let answer = request.send().await.none_if(&NOT_KNOWN, "describe the service deployment")?;
    let Some(answer) = answer else { return Ok(None) };
    partial::described(answer.failures.as_deref(), "describe the service deployment")?;
    Ok(answer.service_deployments.unwrap_or_default().pop())
}

/// The newest service deployment of a service. ECS keeps none of services that are older than these are.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html>
///
/// # Errors
/// When ECS can't be asked.
pub async fn newest(aws: &Aws, cluster: &str, service: &str) -> Result<Option<ServiceDeployment>, Failure> {
    let request = aws.client::<Ecs>().list_service_deployments().cluster(cluster).service(service);
    let answer = request.max_results(1).send().await.none_if(&NOT_KNOWN, "list the service deployments")?;
    let newest = answer.and_then(|answer| answer.service_deployments.unwrap_or_default().into_iter().next());
    match newest.and_then(|newest| newest.service_deployment_arn) {
        Some(arn) => describe(aws, &arn).await,
        None => Ok(None),
    }
}

/// The service deployments of a service that took over, the newest first.
///
/// # Errors
/// When ECS can't be asked.
pub(super) async fn successful(
    aws: &Aws,
    cluster: &str,
    service: &str,
) -> Result<Vec<ServiceDeployment>, Failure> {
    let request = aws.client::<Ecs>().list_service_deployments().cluster(cluster).service(service);
    let request = request.status(ServiceDeploymentStatus::Successful).max_results(DESCRIBED_AT_ONCE);
    let answer = request.send().await.none_if(&NOT_KNOWN, "list the service deployments")?;
    let briefs = answer.and_then(|answer| answer.service_deployments).unwrap_or_default();
    let arns: Vec<_> = briefs.into_iter().filter_map(|brief| brief.service_deployment_arn).collect();
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    let request = aws.client::<Ecs>().describe_service_deployments().set_service_deployment_arns(Some(arns));
    let answer = request.send().await.or_failure("describe the service deployments")?;
    let mut described = answer.service_deployments.unwrap_or_default();
    described.sort_by_key(|it| std::cmp::Reverse(it.created_at().map(|at| at.as_nanos())));
    Ok(described)
}

/// The revision that a service deployment brings: the ARN of its task definition.
///
/// # Errors
/// When ECS can't be asked.
pub(super) async fn revision(aws: &Aws, deployment: &ServiceDeployment) -> Result<Option<String>, Failure> {
    let Some(target) = deployment.target_service_revision().and_then(|target| target.arn()) else {
        return Ok(None);
    };
    let request = aws.client::<Ecs>().describe_service_revisions().service_revision_arns(target);
    let answer = request.send().await.or_failure("describe the service revision")?;
    Ok(answer.service_revisions.unwrap_or_default().pop().and_then(|revision| revision.task_definition))
}

/// Whether it has ended, in whatever way.
pub fn is_over(deployment: &ServiceDeployment) -> bool {
    use ServiceDeploymentStatus::{RollbackFailed, RollbackSuccessful, Stopped, Successful};
    matches!(deployment.status(), Some(Successful | Stopped | RollbackSuccessful | RollbackFailed))
}

/// The pause hook that waits for an answer.
pub fn paused_at(deployment: &ServiceDeployment) -> Option<Paused> {
    let waits =
        |hook: &&HookDetail| hook.status() == Some(&HookStatus::AwaitingAction) && hook.hook_id().is_some();
    let hook = deployment.lifecycle_hook_details().iter().find(waits)?;
    Some(Paused {
        hook_id: hook.hook_id().unwrap_or_default().to_owned(),
        stage: deployment.lifecycle_stage().map(|stage| stage.as_str().to_owned()).unwrap_or_default(),
        at_timeout: hook.timeout_action().map(|action| action.as_str().to_owned()).unwrap_or_default(),
    })
}

/// In our types.
pub(super) fn seen(deployment: &ServiceDeployment) -> ServiceDeploymentSeen {
    let stage = deployment.lifecycle_stage().map(|stage| stage.as_str().to_owned());
    let target = deployment.target_service_revision();
    ServiceDeploymentSeen {
        status: deployment.status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: deployment.status_reason().map(str::to_owned),
        traffic_percent: stage.as_ref().and(target).and_then(|it| it.requested_production_traffic_weight()),
        paused: paused_at(deployment),
        stage,
        failures: deployment.deployment_circuit_breaker().map_or(0, |breaker| breaker.failure_count()),
        back_to: deployment.rollback().and_then(|back| back.service_revision_arn()).map(str::to_owned),
    }
}

/// Has ECS stop a service deployment. That it has ended meanwhile is as good.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopServiceDeployment.html>
///
/// # Errors
/// When ECS refuses.
pub async fn stop(aws: &Aws, arn: &str, how: StopType) -> Result<(), Failure> {
    let request = aws.client::<Ecs>().stop_service_deployment().service_deployment_arn(arn).stop_type(how);
    let stopped = request.send().await.none_if(&["ConflictException"], "stop the service deployment");
    stopped.map(drop).map_err(|failure| {
        Failure::caused_by(format!("{} can't be stopped", last_part(arn)), failure)
            .hint("ECS goes on with it by itself; `cargo xtask status` shows how far it is")
    })
}

/// Answers a pause hook that waits.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContinueServiceDeployment.html>
///
/// # Errors
/// When ECS refuses.
pub async fn continue_at(aws: &Aws, arn: &str, hook_id: &str, action: Action) -> Result<(), Failure> {
    let request = aws.client::<Ecs>().continue_service_deployment();
    let request = request.service_deployment_arn(arn).hook_id(hook_id).action(action);
    request.send().await.or_failure("answer the pause of the service deployment").map(drop)
}
