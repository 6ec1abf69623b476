//! S04: there are no instances to run a daemon on each.

use infra_ecs::{ClusterRef, Fargate, Revision, ServiceOf, service::AwsvpcConfiguration};

fn daemon(cluster: &ClusterRef, revision: &Revision<Fargate>, network: AwsvpcConfiguration) {
    let _ = ServiceOf::daemon("agent", cluster, revision, network);
}

fn main() {}
