//! Reads and writes ECS clusters.

pub mod described;
pub mod inhabitants;
pub mod providers;

use super::log_group::LogGroups;
use crate::Aws;
use crate::build_error::Built;
use crate::clients::{Ecs, Logs};
use crate::tags;
use async_trait::async_trait;
use aws_sdk_ecs::types::{
    CapacityProviderStrategyItem as Item, Cluster as Described, ClusterSetting, ClusterSettingName,
};
use described::{DEADLINE, clusters_of, describe};
use infra_ecs::CapacityProviderStrategyItem;
use infra_ecs::cluster::{ClusterOutputs, ContainerInsights};
use infra_ecs::open_enum::OpenEnum;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::live::Tags;
use infra_engine::ownership::found;
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::Cluster;
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::{SdkResult, problem_of};
use providers::is_own;

/// ECS clusters.
pub struct Clusters(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for Clusters {
    type Resource = Cluster;

    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = described::NOT_FOUND;
    /// ECS answers with the one that is there.
    const ALREADY_EXISTS: Names = &[];
    const OPERATIONS: Operations = Operations {
        reads: &[
            "DescribeClusters",
            "DescribeServices",
            "ListClusters",
            "ListContainerInstances",
            "ListServices",
            "ListTasks",
        ],
        creates: &["CreateCluster"],
        changes: &["PutClusterCapacityProviders", "TagResource", "UpdateClusterSettings"],
        removes: &["DeleteCluster", "DeleteLogGroup", "DeregisterContainerInstance", "StopTask"],
    };

    async fn read(&self, desired: &Cluster) -> ReadResult<Cluster> {
        let clusters = describe(&self.0, vec![desired.name.clone()]).await?;
        let Some(cluster) = clusters.first() else { return Ok(None) };
        let strategy = cluster.default_capacity_provider_strategy().iter().map(item_of).collect();
        let insights = cluster
            .settings()
            .iter()
            .find(|setting| setting.name() == Some(&ClusterSettingName::ContainerInsights));
        let properties = Cluster {
            name: desired.name.clone(),
            container_insights: insights
                .and_then(ClusterSetting::value)
                .map_or(ContainerInsights::Disabled, ContainerInsights::from_text),
            capacity_providers: cluster
                .capacity_providers()
                .iter()
                .filter(|it| !is_own(it))
                .cloned()
                .collect(),
            default_capacity_provider_strategy: strategy,
        };
        Ok(Some(Live { properties, outputs: outputs(cluster), tags: Some(tags::from(cluster.tags())) }))
    }

    /// An account's first cluster makes ECS's service-linked role, which takes a moment to be usable.
    async fn create(&self, desired: &Cluster, context: &Context<'_>) -> Result<ClusterOutputs, Failure> {
        poll_until(DEADLINE, context, async || {
            let request = self
                .0
                .client::<Ecs>()
                .create_cluster()
                .cluster_name(&desired.name)
                .settings(insights(desired))
                .set_capacity_providers(Some(desired.capacity_providers.clone()))
                .set_default_capacity_provider_strategy(Some(strategy(
                    &desired.default_capacity_provider_strategy,
                )?))
                .set_tags(Some(tags::to(&context.tags())?));
            let created = request.send().await;
            match &created {
                Err(error) if problem_of(error).says("service linked role") => {
                    return Ok(Poll::Pending("ECS's service-linked role".to_owned()));
                }
                _ => {}
            }
            let created = created.or_failure("create the cluster")?;
            let cluster = created.cluster().ok_or_else(|| Failure::new("ECS answered without a cluster"))?;
            Ok(Poll::Ready(outputs(cluster)))
        })
        .await
    }

    async fn update(
        &self,
        desired: &Cluster,
        live: LiveOf<Cluster>,
        context: &Context<'_>,
    ) -> Result<ClusterOutputs, Failure> {
        let (name, now) = (&desired.name, &live.properties);
        if now.container_insights != desired.container_insights {
            let request =
                self.0.client::<Ecs>().update_cluster_settings().cluster(name).settings(insights(desired));
            request.send().await.or_failure("change Container Insights")?;
        }
        let capacity = |cluster: &Cluster| {
            (cluster.capacity_providers.clone(), cluster.default_capacity_provider_strategy.clone())
        };
        if capacity(now) != capacity(desired) {
            let default = strategy(&desired.default_capacity_provider_strategy)?;
            let ours = |providers: &mut Vec<String>| {
                providers.retain(|provider| is_own(provider));
                providers.extend(desired.capacity_providers.iter().cloned());
            };
            providers::put(&self.0, name, ours, Some(default), context).await?;
        }
        tags::restore::<Ecs>(&self.0, live.outputs.arn.get()?, &live.tags, context).await?;
        Ok(live.outputs)
    }

    /// What still runs in it goes with it: one-off tasks, and instances whose end ECS does not know yet.
    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        poll_until(DEADLINE, context, async || {
            inhabitants::stop_tasks(&self.0, &found.name).await?;
            inhabitants::deregister_instances(&self.0, &found.name).await?;
            let deleted = self.0.client::<Ecs>().delete_cluster().cluster(&found.name).send().await;
            let busy = [
                "ClusterContainsTasksException",
                "ClusterContainsServicesException",
                "ClusterContainsContainerInstancesException",
                "UpdateInProgressException",
            ];
            match &deleted {
                Err(error) if problem_of(error).has_code(&busy) => {
                    let what =
                        problem_of(error).message().unwrap_or("what is still in the cluster").to_owned();
                    return Ok(Poll::Pending(what));
                }
                _ => {}
            }
            deleted.none_if(Self::NOT_FOUND, "delete the cluster")?;
            Ok(Poll::Ready(()))
        })
        .await?;
        self.delete_insights_logs(&found.name).await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let ours = clusters_of(&self.0, stack).await?;
        let found = |(cluster, tags): &(Described, Tags)| {
            found::<Cluster>(stack, tags, cluster.cluster_name()?, cluster.cluster_arn()?)
        };
        Ok(ours.iter().filter_map(found).collect())
    }
}

impl Clusters {
    /// Container Insights makes a log group of its own, which nobody else would delete.
    async fn delete_insights_logs(&self, cluster: &str) -> Result<(), Failure> {
        let group = format!("/aws/ecs/containerinsights/{cluster}/performance");
        let deleted = self.0.client::<Logs>().delete_log_group().log_group_name(group).send().await;
        deleted.none_if(LogGroups::NOT_FOUND, "delete the log group of Container Insights")?;
        Ok(())
    }
}

/// A strategy in the SDK's types.
fn strategy(items: &[CapacityProviderStrategyItem]) -> Result<Vec<Item>, Failure> {
    let build = |item: &CapacityProviderStrategyItem| {
        Item::builder()
            .capacity_provider(&item.capacity_provider)
            .base(item.base.unwrap_or_default())
            .weight(item.weight.unwrap_or_default())
            .build()
            .built()
    };
    items.iter().map(build).collect()
}

/// A strategy item in our types.
fn item_of(item: &Item) -> CapacityProviderStrategyItem {
    CapacityProviderStrategyItem::new(item.capacity_provider(), item.base(), item.weight())
}

fn insights(desired: &Cluster) -> ClusterSetting {
    let value = desired.container_insights.as_str();
    ClusterSetting::builder().name(ClusterSettingName::ContainerInsights).value(value).build()
}

fn outputs(cluster: &Described) -> ClusterOutputs {
    ClusterOutputs { arn: cluster.cluster_arn().unwrap_or_default().into() }
}
