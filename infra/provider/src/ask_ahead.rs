//! Questions whose answers a survey will want, asked before it is known that it will: what waits for another answer only to
//! know a name that can be guessed need not wait. A wrong guess costs a call, and is believed in nothing.

use crate::aws::Aws;
use crate::kinds::{elb, service};
use futures::future::join_all;
use infra_engine::Failure;

/// Asks for the rules and tags of listeners by the ARNs that they had when they were last seen.
pub async fn listeners(aws: &Aws, arns: &[String]) {
    let listeners = arns.iter().filter(|arn| arn.contains(":listener/"));
    let rules = join_all(listeners.map(|listener| elb::rules_of(aws, listener)));
    // What goes wrong here goes wrong again where it matters.
    let _: (Vec<_>, Result<_, Failure>) = tokio::join!(rules, elb::tags_of(aws, arns));
}

/// Asks for the services of the cluster that has the stack's name.
pub async fn services(aws: &Aws, cluster: &str) {
    let _: Result<_, Failure> = service::all_in(aws, cluster).await;
}
