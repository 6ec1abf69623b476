//! The changes by hand, and the properties that differ then.

mod foundation;
mod load_balancing;
mod running;

use e2e::aws_api::QueryService::AutoScaling;
use e2e::aws_api::{AwsApi, QueryService};
use serde_json::{Value, json};

use super::places::Places;

/// A call that somebody makes, and what drift says of it.
pub struct Edit {
    resource: String,
    properties: Vec<String>,
    hand: Hand,
}

/// The call.
pub enum Hand {
    Query(QueryService, &'static str, String),
    Ecs(&'static str, Value),
    Ecr(&'static str, Value),
    Logs(&'static str, Value),
    Scaling(&'static str, Value),
    /// A part of a bucket, which is deleted where there is no body.
    S3(String, Option<String>),
}

impl Edit {
    /// After this call these properties of the resource, which is `kind name`, differ.
    pub fn new(resource: impl Into<String>, properties: &[&str], hand: Hand) -> Self {
        let properties = properties.iter().map(|&property| property.to_owned()).collect();
        Self { resource: resource.into(), properties, hand }
    }

    pub async fn make(&self, aws: &AwsApi) {
        self.hand.call(aws).await;
    }

    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.properties.iter().map(|property| format!("{}: {property}", self.resource))
    }
}

impl Hand {
    pub async fn call(&self, aws: &AwsApi) {
        match self {
            Self::Query(service, action, parameters) => drop(aws.query(*service, action, parameters).await),
            Self::Ecs(operation, body) => drop(aws.ecs(operation, body.clone()).await),
            Self::Ecr(operation, body) => drop(aws.ecr(operation, body.clone()).await),
            Self::Logs(operation, body) => drop(aws.logs(operation, body.clone()).await),
            Self::Scaling(operation, body) => drop(aws.scaling(operation, body.clone()).await),
            Self::S3(path, body) => aws.s3(path, body.as_deref()).await,
        }
    }
}

/// Changes of every kind of resource.
pub fn all(places: &Places) -> Vec<Edit> {
    [
        foundation::identity(places),
        foundation::storage(places),
        foundation::network(places),
        foundation::registry_and_logs(places),
        load_balancing::load_balancing(places),
        running::cluster(places),
        running::service_on_instances(places),
        running::service_on_fargate(places),
        running::scaling(places),
        running::instances(places),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Changes that are not ours to take back.
pub fn not_ours(at: &Places) -> Vec<Edit> {
    let group = &at.auto_scaling_group;
    vec![
        Edit::new("", &[], update_service(at, &at.web, json!({ "desiredCount": 3 }))),
        Edit::new(
            "",
            &[],
            Hand::Query(
                AutoScaling,
                "SetDesiredCapacity",
                format!("AutoScalingGroupName={group}&DesiredCapacity=2"),
            ),
        ),
        Edit::new(
            "",
            &[],
            Hand::Ecs(
                "TagResource",
                json!({ "resourceArn": at.web["serviceArn"], "tags": [{ "key": "cost", "value": "7" }] }),
            ),
        ),
    ]
}

fn update_service(at: &Places, service: &Value, mut change: Value) -> Hand {
    change["cluster"] = json!(at.cluster);
    change["service"] = service["serviceName"].clone();
    Hand::Ecs("UpdateService", change)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The members of both.
fn merged(mut one: Value, other: &Value) -> Value {
    for (name, value) in other.as_object().into_iter().flatten() {
        one[name] = value.clone();
    }
    one
}
