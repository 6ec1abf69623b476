//! What a load balancer has as attributes: names and texts.
//!
//! AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html>

use crate::Aws;
use crate::clients::Elb;
use aws_sdk_elasticloadbalancingv2::types::LoadBalancerAttribute;
use infra_engine::Failure;
use infra_resources::LoadBalancer;
use infra_wire::sdk_error::SdkResult;
use std::collections::HashMap;

const DROP_INVALID_HEADERS: &str = "routing.http.drop_invalid_header_fields.enabled";
const IDLE_TIMEOUT: &str = "idle_timeout.timeout_seconds";
const DELETION_PROTECTION: &str = "deletion_protection.enabled";
const LOGS_ACCESS: &str = "access_logs.s3.enabled";
const ACCESS_LOGS_BUCKET: &str = "access_logs.s3.bucket";
/// What AWS does unless it is set otherwise ("Application Load Balancers", Elastic Load Balancing).
const IDLE_TIMEOUT_SECONDS: u32 = 60;

/// The attributes of a load balancer.
pub struct Attributes(HashMap<String, String>);

impl Attributes {
    /// Reads them; nothing where there is no such load balancer.
    ///
    /// # Errors
    /// When they can't be read.
    pub async fn read(aws: &Aws, arn: &str) -> Result<Option<Self>, Failure> {
        let request = aws.client::<Elb>().describe_load_balancer_attributes().load_balancer_arn(arn);
        let answer = request.send().await;
        let answer = answer.none_if(&["LoadBalancerNotFound"], "describe the load balancer's attributes")?;
        let attributes = answer.map(|answer| answer.attributes.unwrap_or_default());
        let pairs =
            |it: Vec<LoadBalancerAttribute>| it.into_iter().filter_map(|it| Some((it.key?, it.value?)));
        Ok(attributes.map(|attributes| Self(pairs(attributes).collect())))
    }

    /// Whether an attribute is on. All of ours are off unless they are set.
    fn is_on(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value == "true")
    }

    /// Whether the load balancer can't be deleted.
    pub fn is_protected(&self) -> bool {
        self.is_on(DELETION_PROTECTION)
    }

    /// A load balancer with these attributes.
    pub fn over(&self, balancer: LoadBalancer) -> LoadBalancer {
        let bucket = self.0.get(ACCESS_LOGS_BUCKET).filter(|_| self.is_on(LOGS_ACCESS));
        LoadBalancer {
            drop_invalid_header_fields: self.is_on(DROP_INVALID_HEADERS),
            idle_timeout_seconds: match self.0.get(IDLE_TIMEOUT) {
                Some(value) => value.parse().unwrap_or_default(),
                None => IDLE_TIMEOUT_SECONDS,
            },
            deletion_protection: self.is_protected(),
            access_logs_bucket: bucket.map(|bucket| bucket.as_str().into()),
            ..balancer
        }
    }
}

/// Those that a load balancer is to have. What is off is not named with what would belong to it.
///
/// # Errors
/// When one is not known yet.
pub fn of(balancer: &LoadBalancer) -> Result<Vec<(&'static str, String)>, Failure> {
    let bucket = balancer.access_logs_bucket.as_ref().map(|bucket| bucket.get().cloned()).transpose()?;
    let mut attributes = vec![
        (DROP_INVALID_HEADERS, balancer.drop_invalid_header_fields.to_string()),
        (IDLE_TIMEOUT, balancer.idle_timeout_seconds.to_string()),
        (DELETION_PROTECTION, balancer.deletion_protection.to_string()),
        (LOGS_ACCESS, bucket.is_some().to_string()),
    ];
    attributes.extend(bucket.map(|bucket| (ACCESS_LOGS_BUCKET, bucket)));
    Ok(attributes)
}

/// Sets attributes.
///
/// # Errors
/// When they can't be set: of a bucket whose policy lets no logs in, the load balancer says so.
pub async fn put(aws: &Aws, arn: &str, attributes: Vec<(&'static str, String)>) -> Result<(), Failure> {
    let attribute = |(key, value)| LoadBalancerAttribute::builder().key(key).value(value).build();
    let request = aws.client::<Elb>().modify_load_balancer_attributes().load_balancer_arn(arn);
    let request = request.set_attributes(Some(attributes.into_iter().map(attribute).collect()));
    request.send().await.or_failure("set the load balancer's attributes")?;
    Ok(())
}
