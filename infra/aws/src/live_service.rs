//! Services as they are deployed, found by the stack's tags: their physical names need not be known.

use crate::Aws;
use crate::clients::Ecs;
use crate::json_call::{Answer, drop_empty_texts};
use crate::kinds::clusters_of;
use crate::partial;
use aws_sdk_ecs::types::ServiceField;
use infra_ecs::CapacityProviderStrategyItem;
use infra_ecs::service::{
    DeploymentConfiguration, LaunchType, NetworkConfiguration, SchedulingStrategy, ServiceLoadBalancer,
};
use infra_ecs::tag::Tag;
use infra_engine::ownership::{RESOURCE_TAG, STACK_TAG};
use infra_engine::{Failure, Resource};
use infra_resources::Service;
use infra_wire::sdk_error::SdkResult;
use serde::Deserialize;
use serde_json::Value;

/// `DescribeServices` takes at most so many.
const SERVICES_PER_CALL: usize = 10;

/// What ECS reports of a service, as far as commands ask for it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LiveService {
    /// The cluster.
    pub cluster_arn: String,
    /// The physical name.
    pub service_name: String,
    /// The revision that it runs.
    pub task_definition: String,
    /// How many tasks it is to have.
    pub desired_count: u32,
    /// How many tasks run.
    pub running_count: u32,
    /// How many tasks are on their way.
    pub pending_count: u32,
    /// A number of tasks, or one on each instance.
    pub scheduling_strategy: Option<SchedulingStrategy>,
    /// Where its tasks run.
    pub launch_type: Option<LaunchType>,
    /// Which capacity providers run them.
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// The version of Fargate.
    pub platform_version: Option<String>,
    /// The network of its tasks, with awsvpc.
    pub network_configuration: Option<NetworkConfiguration>,
    /// How a revision takes the place of another.
    pub deployment_configuration: Option<DeploymentConfiguration>,
    /// Who sends it requests.
    pub load_balancers: Vec<ServiceLoadBalancer>,
    status: String,
    created_at: f64,
    tags: Vec<Tag>,
}

impl LiveService {
    /// The cluster's name.
    pub fn cluster(&self) -> &str {
        last_part(&self.cluster_arn)
    }

    /// Reads it again.
    ///
    /// # Errors
    /// When ECS can't be asked, or the service is gone.
    pub async fn again(&self, aws: &Aws) -> Result<Self, Failure> {
        let found = describe(aws, &self.cluster_arn, vec![self.service_name.clone()]).await?;
        let service = found.into_iter().find(|service| service.status == "ACTIVE");
        service.ok_or_else(|| {
            Failure::new(format!("service {} is gone: it was deleted meanwhile", self.service_name))
                .hint("deploy the stack again")
        })
    }

    fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|tag| tag.key.as_deref() == Some(key))?.value.as_deref()
    }

    /// The name it has in the program: `web` of `service/web`.
    pub fn logical_name(&self) -> Option<&str> {
        self.tag(RESOURCE_TAG)?.strip_prefix(Service::KIND)?.strip_prefix('/')
    }
}

/// The stack's service of this logical name. While a deploy replaces it there are two: the newer one.
///
/// # Errors
/// When there is none, with the names of those that are there.
pub async fn service(aws: &Aws, logical_name: &str) -> Result<LiveService, Failure> {
    let services = services(aws).await?;
    let mut names: Vec<_> =
        services.iter().filter_map(|service| service.logical_name().map(str::to_owned)).collect();
    names.sort();
    names.dedup();
    newest(&services, logical_name).cloned().ok_or_else(|| not_there(aws, logical_name, &names))
}

/// The newest of the services with this logical name.
pub fn newest<'a>(services: &'a [LiveService], logical_name: &str) -> Option<&'a LiveService> {
    let named = services.iter().filter(|service| service.logical_name() == Some(logical_name));
    named.max_by(|a, b| a.created_at.total_cmp(&b.created_at))
}

fn not_there(aws: &Aws, logical_name: &str, names: &[String]) -> Failure {
    let (stack, place) = (&aws.stack, format!("{} (account {})", aws.region, aws.account.id));
    if names.is_empty() {
        return Failure::new(format!(
            "stack {stack} has no service {logical_name} in {place}, nor any other"
        ))
        .hint("deploy it first, or name another stack with --stack NAME");
    }
    Failure::new(format!("stack {stack} has no service {logical_name} in {place}"))
        .hint(format!("its services are: {}", names.join(", ")))
}

/// Every active service of the stack.
///
/// # Errors
/// When ECS can't be asked.
pub async fn services(aws: &Aws) -> Result<Vec<LiveService>, Failure> {
    let mut services = Vec::new();
    for (cluster, _) in clusters_of(aws, &aws.stack).await? {
        let cluster = cluster.cluster_arn().unwrap_or_default();
        let pages = aws.client::<Ecs>().list_services().cluster(cluster).into_paginator().items().send();
        let arns = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list services")?;
        for arns in arns.chunks(SERVICES_PER_CALL) {
            services.extend(describe(aws, cluster, arns.to_vec()).await?);
        }
    }
    services.retain(|service| service.status == "ACTIVE" && service.tag(STACK_TAG) == Some(&aws.stack));
    Ok(services)
}

async fn describe(aws: &Aws, cluster: &str, services: Vec<String>) -> Result<Vec<LiveService>, Failure> {
    let json = Answer::default();
    let request = aws.client::<Ecs>().describe_services().cluster(cluster).set_services(Some(services));
    let request = request.include(ServiceField::Tags).customize().interceptor(json.clone());
    let answer = request.send().await.or_failure("describe the service")?;
    partial::described(answer.failures.as_deref(), "describe the service")?;
    let mut reported = json.member("services")?;
    drop_empty_texts(&mut reported, &Value::Null);
    Vec::deserialize(reported)
        .map_err(|error| Failure::caused_by("unexpected answer from DescribeServices", error))
}

/// `My-Web-App:3` or a task's id, from an ARN.
pub fn last_part(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_service_is_known_by_its_tag_whatever_its_name() {
        let reported = json!({
            "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/demo",
            "serviceName": "demo-web-5e0c",
            "desiredCount": 2,
            "createdAt": 1795572349.5,
            "tags": [{"key": "ecs-image-app:resource", "value": "service/web"}],
        });
        let service = LiveService::deserialize(reported).unwrap();
        assert_eq!(service.logical_name(), Some("web"));
        assert_eq!(service.cluster(), "demo");
    }
}
