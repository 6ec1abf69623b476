//! S07: a network configuration goes with awsvpc alone.

use infra_ecs::{Bridge, ClusterRef, Ec2, Revision, ServiceOf, service::AwsvpcConfiguration};

fn service(cluster: &ClusterRef, revision: &Revision<Ec2<Bridge>>, network: AwsvpcConfiguration) {
    let _ = ServiceOf::replica("web", cluster, revision, 2, network);
}

fn main() {}
