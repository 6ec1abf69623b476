//! Which capacity providers of one's own a cluster can use.

use infra_engine::{Resource, outputs};
use serde::{Deserialize, Serialize};

/// That a cluster has a capacity provider beside those of Fargate. A resource of its own, as a provider can be taken away
/// only after the last service has left it, and the cluster stays.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html>
/// (C18).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterCapacity {
    /// The cluster's name.
    pub cluster_name: String,
    /// The provider's name.
    pub capacity_provider_name: String,
}

outputs! {
    /// What others refer to.
    ClusterCapacityOutputs {
        /// The provider's name, once the cluster has it.
        capacity_provider_name: String,
    }
}

impl Resource for ClusterCapacity {
    const KIND: &'static str = "cluster-capacity";
    const IDENTITY: &'static [&'static str] = &["clusterName", "capacityProviderName"];
    type Outputs = ClusterCapacityOutputs;

    fn physical_name(&self) -> String {
        format!("{}/{}", self.cluster_name, self.capacity_provider_name)
    }
}
