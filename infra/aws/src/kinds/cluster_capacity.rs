//! Gives capacity providers to clusters and takes them away.

use super::capacity_provider::CapacityProviders;
use super::cluster::described::clusters_of;
use super::cluster::providers::{attached, is_own, put};
use crate::Aws;
use async_trait::async_trait;
use infra_ecs::cluster_capacity::ClusterCapacityOutputs;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, Resource, ResourceId, ResourceKind};
use infra_resources::ClusterCapacity;

/// Capacity providers of clusters.
pub struct ClusterCapacities(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for ClusterCapacities {
    type Resource = ClusterCapacity;

    const DELETED_BEFORE: Names = &["capacity-provider", "cluster"];
    /// It is a member of a list that is put whole.
    const NOT_FOUND: Names = &[];
    const ALREADY_EXISTS: Names = &[];
    const OPERATIONS: Operations = Operations {
        reads: &["DescribeCapacityProviders", "DescribeClusters", "ListClusters"],
        creates: &[],
        changes: &["PutClusterCapacityProviders"],
        removes: &[],
    };

    async fn read(&self, desired: &ClusterCapacity) -> ReadResult<ClusterCapacity> {
        let providers = attached(&self.0, &desired.cluster_name).await?.unwrap_or_default();
        let there = providers.contains(&desired.capacity_provider_name);
        // Whose it is, its cluster's tags say.
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
        put(&self.0, &desired.cluster_name, with, None, context).await?;
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
        if attached(&self.0, cluster).await?.is_none() {
            return Ok(());
        }
        let without = |providers: &mut Vec<String>| providers.retain(|it| *it != found.locator);
        put(&self.0, cluster, without, None, context).await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let mut found = Vec::new();
        for (cluster, _) in clusters_of(&self.0, stack).await? {
            let name = cluster.cluster_name().unwrap_or_default();
            let own = cluster.capacity_providers().iter().filter(|provider| is_own(provider));
            // Somebody may have given the cluster a provider of theirs.
            let ours = CapacityProviders(self.0.clone()).ours_of(own.cloned().collect(), stack).await?;
            found.extend(ours.into_iter().map(|provider| Found {
                id: ResourceId::new(ClusterCapacity::KIND, &provider.id.logical_name),
                name: format!("{name}/{}", provider.name),
                locator: provider.name,
            }));
        }
        Ok(found)
    }
}

fn outputs(desired: &ClusterCapacity) -> ClusterCapacityOutputs {
    let name = desired.capacity_provider_name.clone();
    ClusterCapacityOutputs { capacity_provider_name: name.into() }
}
