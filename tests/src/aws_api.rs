//! A look at AWS in plain HTTP, independent of the SDK and of the code under test. Emulators check no signature.

use std::collections::BTreeSet;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

const ECS: &str = "AmazonEC2ContainerServiceV20141113";
const ECR: &str = "AmazonEC2ContainerRegistry_V20150921";
const LOGS: &str = "Logs_20140328";

/// An emulator in a region.
pub struct AwsApi {
    endpoint: String,
    region: String,
    client: Client,
}

/// What a service speaks.
enum Call {
    Json { service: &'static str, target: &'static str, operation: &'static str, body: Value },
    Query { service: &'static str, version: &'static str, action: &'static str },
    Buckets,
}

impl AwsApi {
    /// The emulator at an address.
    ///
    /// # Panics
    /// When there is no HTTP client.
    pub fn new(endpoint: &str, region: &str) -> Self {
        let client = Client::builder().no_proxy().build();
        Self {
            endpoint: endpoint.to_owned(),
            region: region.to_owned(),
            client: client.unwrap_or_else(|error| panic!("there is no HTTP client: {error}")),
        }
    }

    /// Everything whose name, ARN or tag has this text in it, each with the call that shows it.
    pub async fn everything_named(&self, text: &str) -> BTreeSet<String> {
        let mut found = self.clusters_named(text).await;
        for call in every_listing() {
            let answer = self.answer(&call).await;
            let word = |c: char| c.is_alphanumeric() || "-_/:.".contains(c);
            let words = answer.split(|c| !word(c)).filter(|word| word.contains(text));
            found.extend(words.map(|word| format!("{}: {word}", call.name())));
        }
        found
    }

    /// Deleted clusters are remembered for a while, as inactive ones.
    async fn clusters_named(&self, text: &str) -> BTreeSet<String> {
        let listed = self.ecs("ListClusters", json!({})).await;
        let described = self.ecs("DescribeClusters", json!({ "clusters": listed["clusterArns"] })).await;
        let clusters = described["clusters"].as_array().cloned().unwrap_or_default();
        let names = clusters.iter().filter(|cluster| cluster["status"] != "INACTIVE").map(|cluster| {
            format!("DescribeClusters: {}", cluster["clusterName"].as_str().unwrap_or_default())
        });
        names.filter(|name| name.contains(text)).collect()
    }

    /// Calls an ECS operation.
    ///
    /// # Panics
    /// When it fails.
    pub async fn ecs(&self, operation: &'static str, body: Value) -> Value {
        self.json(Call::Json { service: "ecs", target: ECS, operation, body }).await
    }

    /// Creates a log group.
    pub async fn create_log_group(&self, name: &str) {
        let body = json!({ "logGroupName": name });
        self.json(Call::Json { service: "logs", target: LOGS, operation: "CreateLogGroup", body }).await;
    }

    async fn json(&self, call: Call) -> Value {
        let answer = self.answer(&call).await;
        if answer.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{}: {error}: {answer}", call.name()))
    }

    async fn answer(&self, call: &Call) -> String {
        let sent = self.request(call).send().await;
        let answer = sent.unwrap_or_else(|error| panic!("{}: {error:?}", call.name()));
        let status = answer.status();
        let text = answer.text().await.unwrap_or_else(|error| panic!("{}: {error:?}", call.name()));
        assert!(status.is_success(), "{}: {status}: {text}", call.name());
        text
    }

    fn request(&self, call: &Call) -> RequestBuilder {
        let scope = |service: &str| {
            let region = &self.region;
            format!(
                "AWS4-HMAC-SHA256 Credential=test/20260101/{region}/{service}/aws4_request, \
                 SignedHeaders=host, Signature=0"
            )
        };
        match call {
            Call::Json { service, target, operation, body } => self
                .client
                .post(&self.endpoint)
                .header("authorization", scope(service))
                .header("x-amz-target", format!("{target}.{operation}"))
                .header("content-type", "application/x-amz-json-1.1")
                .body(body.to_string()),
            Call::Query { service, version, action } => self
                .client
                .post(&self.endpoint)
                .header("authorization", scope(service))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!("Action={action}&Version={version}")),
            Call::Buckets => self.client.get(&self.endpoint).header("authorization", scope("s3")),
        }
    }
}

impl Call {
    fn name(&self) -> &'static str {
        match self {
            Self::Json { operation, .. } => operation,
            Self::Query { action, .. } => action,
            Self::Buckets => "ListBuckets",
        }
    }
}

fn every_listing() -> Vec<Call> {
    let json = |service, target, operation, body| Call::Json { service, target, operation, body };
    let query = |service, version, action| Call::Query { service, version, action };
    let active = json!({ "status": "ACTIVE" });
    vec![
        json("ecs", ECS, "ListTaskDefinitions", active),
        json("ecr", ECR, "DescribeRepositories", json!({})),
        json("logs", LOGS, "DescribeLogGroups", json!({})),
        query("elasticloadbalancing", "2015-12-01", "DescribeLoadBalancers"),
        query("elasticloadbalancing", "2015-12-01", "DescribeTargetGroups"),
        query("ec2", "2016-11-15", "DescribeSecurityGroups"),
        query("iam", "2010-05-08", "ListRoles"),
        Call::Buckets,
    ]
}
