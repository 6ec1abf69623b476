//! A kind of resource that the workspace does not have: an SQS queue, added as `docs/adding-a-kind.md` says. Nothing deploys it but
//! its test.

pub mod queue;
pub mod queues;

use infra_aws::Aws;
use infra_engine::Provider;

/// Every kind of a program that has queues and nothing else.
pub fn all(aws: &Aws) -> Provider {
    Provider::default().with(queues::Queues(aws.clone()))
}
