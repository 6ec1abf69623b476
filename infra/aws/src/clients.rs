//! The clients of AWS's services: one of each, made from the same configuration when it is first asked for.

use aws_config::SdkConfig;
use aws_sdk_s3::config::retry::RetryPartition;
use infra_wire::{BucketConflict, Writes, timeouts};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

/// A client of one service, made from a configuration.
pub trait ServiceClient: Clone + Send + Sync + 'static {
    /// Makes it. A write whose answer was lost must not be repeated by it: [`Writes`] is among its retry classifiers.
    fn connect(config: &SdkConfig) -> Self;
}

/// The client of a service's crate, as [`ServiceClient`]: `service_client!(Sqs, aws_sdk_sqs)`. The builders of the crates share no
/// trait.
#[macro_export]
macro_rules! service_client {
    ($(#[$doc:meta])* $name:ident, $sdk:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name($sdk::Client);

        impl $crate::ServiceClient for $name {
            fn connect(config: &aws_config::SdkConfig) -> Self {
                let config = $sdk::config::Builder::from(config).retry_classifier(infra_wire::Writes);
                Self($sdk::Client::from_conf(config.build()))
            }
        }

        impl ::std::ops::Deref for $name {
            type Target = $sdk::Client;

            fn deref(&self) -> &$sdk::Client {
                &self.0
            }
        }
    };
}

service_client!(
    /// Application Auto Scaling: how many tasks a service has.
    ApplicationAutoScaling,
    aws_sdk_applicationautoscaling
);
service_client!(
    /// EC2 Auto Scaling: groups of instances.
    AutoScaling,
    aws_sdk_autoscaling
);
service_client!(
    /// CloudWatch Logs.
    Logs,
    aws_sdk_cloudwatchlogs
);
service_client!(
    /// EC2: the network, launch templates and instances.
    Ec2,
    aws_sdk_ec2
);
service_client!(
    /// ECR: image repositories.
    Ecr,
    aws_sdk_ecr
);
service_client!(
    /// ECS.
    Ecs,
    aws_sdk_ecs
);
service_client!(
    /// Elastic Load Balancing.
    Elb,
    aws_sdk_elasticloadbalancingv2
);
service_client!(
    /// IAM.
    Iam,
    aws_sdk_iam
);

/// S3.
#[derive(Clone, Debug)]
pub struct S3(aws_sdk_s3::Client);

/// S3 for the lease, whose renewal is tried again however often other calls were.
#[derive(Clone, Debug)]
pub struct LeaseS3(aws_sdk_s3::Client);

/// What stands in for S3 has no names of hosts for its buckets.
fn s3(config: &SdkConfig) -> aws_sdk_s3::config::Builder {
    aws_sdk_s3::config::Builder::from(config)
        .force_path_style(config.endpoint_url().is_some())
        .retry_classifier(BucketConflict)
}

impl ServiceClient for S3 {
    fn connect(config: &SdkConfig) -> Self {
        Self(aws_sdk_s3::Client::from_conf(s3(config).retry_classifier(Writes).build()))
    }
}

impl ServiceClient for LeaseS3 {
    fn connect(config: &SdkConfig) -> Self {
        let config = s3(config).retry_partition(RetryPartition::new("lease"));
        Self(aws_sdk_s3::Client::from_conf(config.timeout_config(timeouts::of_lease()).build()))
    }
}

impl Deref for S3 {
    type Target = aws_sdk_s3::Client;

    fn deref(&self) -> &aws_sdk_s3::Client {
        &self.0
    }
}

impl Deref for LeaseS3 {
    type Target = aws_sdk_s3::Client;

    fn deref(&self) -> &aws_sdk_s3::Client {
        &self.0
    }
}

/// All clients of a configuration, by their types.
#[derive(Clone)]
pub struct Clients {
    config: SdkConfig,
    made: Arc<Mutex<HashMap<TypeId, Box<dyn Any + Send + Sync>>>>,
}

impl Clients {
    /// None yet.
    pub fn new(config: SdkConfig) -> Self {
        Self { config, made: Arc::default() }
    }

    /// The client of this type.
    pub fn get<C: ServiceClient>(&self) -> C {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get(&TypeId::of::<C>()).and_then(|client| client.downcast_ref::<C>()) {
            return client.clone();
        }
        let client = C::connect(&self.config);
        made.insert(TypeId::of::<C>(), Box::new(client.clone()));
        client
    }
}
