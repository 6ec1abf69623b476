//! The connection to AWS: one client per service, made from the standard configuration.

use crate::program::Program;
use aws_config::SdkConfig;
use aws_sdk_s3::config::retry::RetryPartition;
use infra_engine::Failure;
use infra_wire::configuration::region;
use infra_wire::{Account, BucketConflict, Writes, timeouts};
use std::sync::Arc;

/// What every kind needs to make its calls.
#[derive(Clone)]
pub struct Aws {
    /// Application Auto Scaling: how many tasks a service has.
    pub application_autoscaling: aws_sdk_applicationautoscaling::Client,
    /// EC2 Auto Scaling: groups of instances.
    pub autoscaling: aws_sdk_autoscaling::Client,
    /// EC2: the network.
    pub ec2: aws_sdk_ec2::Client,
    /// ECR: image repositories.
    pub ecr: aws_sdk_ecr::Client,
    /// ECS.
    pub ecs: aws_sdk_ecs::Client,
    /// Elastic Load Balancing.
    pub elb: aws_sdk_elasticloadbalancingv2::Client,
    /// IAM.
    pub iam: aws_sdk_iam::Client,
    /// CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// S3 for the lease, whose renewal is tried again however often other calls were.
    pub lease_s3: aws_sdk_s3::Client,
    /// The account that the credentials belong to.
    pub account: Account,
    /// The region.
    pub region: String,
    /// Host and port of an endpoint that stands in for AWS; its image registry is there too.
    pub local_registry: Option<String>,
    /// Whether a deploy waits until new tasks have taken over.
    pub waits: bool,
    /// The stack at hand.
    pub stack: Arc<str>,
    /// What the program decides and kinds have to know.
    pub program: Arc<dyn Program>,
}

impl Aws {
    /// Connects with this configuration. Where the credentials say whose they are, that is still to be confirmed.
    ///
    /// # Errors
    /// When there are no credentials, or they are not accepted.
    pub async fn connect(
        config: &SdkConfig,
        stack: &str,
        program: Arc<dyn Program>,
    ) -> Result<Self, Failure> {
        let (account, config) = Account::of_credentials(config).await?;
        let config = &config;
        let s3 = aws_sdk_s3::config::Builder::from(config)
            .force_path_style(config.endpoint_url().is_some())
            .retry_classifier(BucketConflict)
            .build();
        let lease_s3 = s3
            .to_builder()
            .retry_partition(RetryPartition::new("lease"))
            .timeout_config(timeouts::of_lease())
            .build();
        let s3 = s3.to_builder().retry_classifier(Writes).build();
        // The builders of the services share no trait.
        macro_rules! client {
            ($sdk:ident) => {
                $sdk::Client::from_conf($sdk::config::Builder::from(config).retry_classifier(Writes).build())
            };
        }
        Ok(Self {
            application_autoscaling: client!(aws_sdk_applicationautoscaling),
            autoscaling: client!(aws_sdk_autoscaling),
            ec2: client!(aws_sdk_ec2),
            ecr: client!(aws_sdk_ecr),
            ecs: client!(aws_sdk_ecs),
            elb: client!(aws_sdk_elasticloadbalancingv2),
            iam: client!(aws_sdk_iam),
            logs: client!(aws_sdk_cloudwatchlogs),
            s3: aws_sdk_s3::Client::from_conf(s3),
            lease_s3: aws_sdk_s3::Client::from_conf(lease_s3),
            account,
            region: region(config),
            local_registry: config.endpoint_url().and_then(plain_http_host),
            waits: false,
            stack: stack.into(),
            program,
        })
    }

    /// What an answer does not tell. AWS leaves out what has AWS's own value; an emulator leaves out what it does not keep, which
    /// can't be compared and counts as desired.
    pub fn untold<T>(&self, desired: T, of_aws: T) -> T {
        if self.is_emulated() { desired } else { of_aws }
    }

    /// Whether an emulator answers instead of AWS.
    pub fn is_emulated(&self) -> bool {
        self.local_registry.is_some()
    }
}

/// Host and port of a plain HTTP endpoint: an emulator's, since AWS's own are all HTTPS.
fn plain_http_host(endpoint: &str) -> Option<String> {
    let host = endpoint.strip_prefix("http://")?;
    Some(host.split('/').next().unwrap_or(host).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_http_endpoint_is_an_emulator() {
        assert_eq!(plain_http_host("http://127.0.0.1:4566/"), Some("127.0.0.1:4566".to_owned()));
        assert_eq!(plain_http_host("https://vpce-1.ecs.us-east-1.vpce.amazonaws.com"), None);
    }
}
