//! S07: with awsvpc a service says where its tasks live.

use infra_ecs::{ClusterRef, Fargate, InstanceNetwork, Revision, ServiceOf};

fn service(cluster: &ClusterRef, revision: &Revision<Fargate>) {
    let _ = ServiceOf::replica("web", cluster, revision, 2, InstanceNetwork);
}

fn main() {}
