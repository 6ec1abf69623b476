//! What ECS refuses of a cluster: S01, C01 to C07, C11, C12.

use super::findings::Findings;
use super::path::Path;
use super::rule::Rule;
use super::strategy::strategy;
use super::text::is_name;
use crate::cluster::Cluster;

const LONGEST_NAME: usize = 255;

/// Checks a cluster. It may have Fargate and Auto Scaling group providers at the same time; a strategy may not.
pub fn cluster(cluster: &Cluster) -> Findings {
    let mut findings = Findings::default();
    if !is_name(&cluster.name, LONGEST_NAME) {
        let problem = format!("\"{}\" is not a valid cluster name", cluster.name);
        findings.add(Rule::S01, &Path::Root.member("name"), problem);
    }
    let path = Path::Root.member("defaultCapacityProviderStrategy");
    let items = &cluster.default_capacity_provider_strategy;
    // A cluster may be without a default.
    if !items.is_empty() {
        strategy(items, &path, &mut findings);
    }
    for (index, item) in items.iter().enumerate() {
        if !cluster.capacity_providers.contains(&item.capacity_provider) {
            let problem = format!("the cluster does not have {}", item.capacity_provider);
            findings.add(Rule::C11, &path.item(index).member("capacityProvider"), problem);
        }
    }
    findings
}
