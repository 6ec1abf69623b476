//! Clusters as ECS describes them.

use crate::Aws;
use crate::clients::Ecs;
use crate::{partial, tags};
use aws_sdk_ecs::types::{Cluster as Described, ClusterField};
use infra_engine::live::Tags;
use infra_engine::ownership::Ownership;
use infra_engine::{Failure, Names};
use infra_wire::sdk_error::SdkResult;
use std::time::Duration;

/// So ECS answers for a cluster that is not there.
pub const NOT_FOUND: Names = &["ClusterNotFoundException"];
/// So long a cluster may take for a change.
pub const DEADLINE: Duration = Duration::from_secs(300);
/// `DescribeClusters` takes at most so many.
const CLUSTERS_PER_CALL: usize = 100;

/// The stack's clusters, with their tags.
pub async fn clusters_of(aws: &Aws, stack: &str) -> Result<Vec<(Described, Tags)>, Failure> {
    let mut clusters = all(aws).await?;
    clusters.retain(|(_, tags)| Ownership::of(tags, stack) == Ownership::Ours);
    Ok(clusters)
}

/// The names of the clusters, anybody's, that have a capacity provider.
pub async fn clusters_with(aws: &Aws, provider: &str) -> Result<Vec<String>, Failure> {
    let mut clusters = all(aws).await?;
    clusters.retain(|(cluster, _)| cluster.capacity_providers().iter().any(|it| it == provider));
    Ok(clusters.into_iter().filter_map(|(cluster, _)| cluster.cluster_name).collect())
}

/// The tags of every cluster.
pub async fn all_tags(aws: &Aws) -> Result<Vec<Tags>, Failure> {
    Ok(all(aws).await?.into_iter().map(|(_, tags)| tags).collect())
}

async fn all(aws: &Aws) -> Result<Vec<(Described, Tags)>, Failure> {
    let pages = aws.client::<Ecs>().list_clusters().into_paginator().items().send();
    let arns = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list clusters")?;
    let mut clusters = Vec::new();
    for arns in arns.chunks(CLUSTERS_PER_CALL) {
        clusters.extend(describe(aws, arns.to_vec()).await?.into_iter().map(|cluster| {
            let tags = tags::from(cluster.tags());
            (cluster, tags)
        }));
    }
    Ok(clusters)
}

/// Deleted clusters are described for a while as INACTIVE: they do not exist any more.
pub async fn describe(aws: &Aws, clusters: Vec<String>) -> Result<Vec<Described>, Failure> {
    let request = aws.client::<Ecs>().describe_clusters().set_clusters(Some(clusters));
    let request = request.include(ClusterField::Tags).include(ClusterField::Settings);
    let request = request.include(ClusterField::Attachments);
    let answer = request.send().await.or_failure("describe clusters")?;
    partial::described(answer.failures.as_deref(), "describe clusters")?;
    let alive = |cluster: &Described| matches!(cluster.status(), Some("ACTIVE" | "PROVISIONING"));
    Ok(answer.clusters.unwrap_or_default().into_iter().filter(alive).collect())
}
