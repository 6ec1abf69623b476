//! Gives capacity providers to clusters and takes them away.

use super::cluster::{attached_providers, clusters_of, is_own, put_providers};
use crate::aws::Aws;
use async_trait::async_trait;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Resource, ResourceId, ResourceKind};
use infra_resources::ClusterCapacity;
use infra_resources::ecs::cluster_capacity::ClusterCapacityOutputs;

/// Capacity providers of clusters.
pub struct ClusterCapacities(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for ClusterCapacities {
    type Resource = ClusterCapacity;

    fn uses(&self) -> &'static [&'static str] {
        &["capacity-provider", "cluster"]
    }

    async fn read(&self, desired: &ClusterCapacity) -> ReadResult<ClusterCapacity> {
        let attached = attached_providers(&self.0, &desired.cluster_name).await?.unwrap_or_default();
        let there = attached.contains(&desired.capacity_provider_name);
        // Whose it is, its cluster's tags tell.
        Ok(there.then(|| Live { properties: desired.clone(), outputs: outputs(desired), tags: None }))
    }

    async fn create(
        &self,
        desired: &ClusterCapacity,
        context: &Context<'_>,
    ) -> Result<ClusterCapacityOutputs, Failure> {
        let name = &desired.capacity_provider_name;
        let with = |providers: &mut Vec<String>| {
            if !providers.contains(name) {
                providers.push(name.clone());
            }
        };
        put_providers(&self.0, &desired.cluster_name, with, context).await?;
        Ok(outputs(desired))
    }

    /// It has nothing that could differ.
    async fn update(
        &self,
        _: &ClusterCapacity,
        live: LiveOf<ClusterCapacity>,
        _: &Context<'_>,
    ) -> Result<ClusterCapacityOutputs, Failure> {
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        let cluster = found.name.split('/').next().unwrap_or_default();
        if attached_providers(&self.0, cluster).await?.is_none() {
            return Ok(());
        }
        let without = |providers: &mut Vec<String>| providers.retain(|it| *it != found.locator);
        put_providers(&self.0, cluster, without, context).await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let clusters = clusters_of(&self.0, stack).await?;
        let found = clusters.iter().flat_map(|(cluster, _)| {
            let name = cluster.cluster_name().unwrap_or_default();
            let own = cluster.capacity_providers().iter().filter(|provider| is_own(provider));
            own.map(move |provider| Found {
                id: ResourceId::new(ClusterCapacity::KIND, provider),
                name: format!("{name}/{provider}"),
                locator: provider.clone(),
            })
        });
        Ok(found.collect())
    }
}

fn outputs(desired: &ClusterCapacity) -> ClusterCapacityOutputs {
    let name = desired.capacity_provider_name.clone();
    ClusterCapacityOutputs { capacity_provider_name: name.into() }
}
