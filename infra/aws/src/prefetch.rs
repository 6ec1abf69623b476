//! Questions whose answers a read of the account will want, asked before it is known that it will: what waits for another answer only to
//! know a name that can be guessed need not wait. A wrong guess costs a call, and is believed in nothing.

use crate::Aws;
use crate::kinds::instance_subnets::zones_that_offer;
use crate::kinds::{elb, service};
use futures::future::join_all;
use infra_engine::{Failure, Resource, Stack};
use infra_resources::InstanceSubnets;

/// Asks for the rules and tags of listeners by the ARNs that they had when they were last seen.
pub async fn listeners(aws: &Aws, arns: &[String]) {
    let listeners = arns.iter().filter(|arn| arn.contains(":listener/"));
    let rules = join_all(listeners.map(|listener| elb::rules_of(aws, listener)));
    // What goes wrong here goes wrong again where it matters.
    let _: (Vec<_>, Result<_, Failure>) = tokio::join!(rules, elb::tags_of(aws, arns));
}

/// Asks which zones offer the instances' type, if there are instances.
pub async fn offerings(aws: &Aws, stack: &Stack) {
    let lookups = stack.nodes().iter().filter(|node| node.id.kind == InstanceSubnets::KIND);
    let types = lookups.filter_map(|node| node.desired["instanceType"].as_str());
    let _: Vec<Result<_, Failure>> = join_all(types.map(|it| zones_that_offer(aws, it))).await;
}

/// Asks for the services of the cluster that has the stack's name.
pub async fn services(aws: &Aws, cluster: &str) {
    let _: Result<_, Failure> = service::all_in(aws, cluster).await;
}
