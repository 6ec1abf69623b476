//! A look at AWS in plain HTTP, independent of the SDK and of the code under test. Emulators check no signature.

mod listing;
mod tags;

pub use listing::without_ids;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

const ACM: &str = "CertificateManager";
const ECS: &str = "AmazonEC2ContainerServiceV20141113";
const ECR: &str = "AmazonEC2ContainerRegistry_V20150921";
const WAF: &str = "AWSWAF_20190729";
const LOGS: &str = "Logs_20140328";
const SCALING: &str = "AnyScaleFrontendService";

/// An emulator in a region.
pub struct AwsApi {
    endpoint: String,
    region: String,
    client: Client,
}

/// What a service speaks.
enum Call {
    Json { service: &'static str, target: &'static str, operation: &'static str, body: Value },
    Query { service: &'static str, version: &'static str, action: &'static str, parameters: String },
    Buckets,
}

/// A service with the query protocol, and its version.
#[derive(Clone, Copy, Debug)]
pub enum QueryService {
    /// EC2.
    Ec2,
    /// EC2 Auto Scaling.
    AutoScaling,
    /// Elastic Load Balancing.
    LoadBalancing,
    /// IAM.
    Iam,
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

    /// Calls an ECS operation.
    ///
    /// # Panics
    /// When it fails.
    pub async fn ecs(&self, operation: &'static str, body: Value) -> Value {
        self.json(Call::Json { service: "ecs", target: ECS, operation, body }).await
    }

    /// Calls an operation of Application Auto Scaling. MiniStack does not have that service: there it is empty.
    ///
    /// # Panics
    /// When it fails.
    pub async fn scaling(&self, operation: &'static str, body: Value) -> Value {
        let call = Call::Json { service: "application-autoscaling", target: SCALING, operation, body };
        let (status, answer) = self.sent(&call).await;
        if status == StatusCode::BAD_REQUEST && answer.contains("Unsupported service") {
            return json!({});
        }
        assert!(status.is_success(), "{operation}: {status}: {answer}");
        json_of(&call, &answer)
    }

    /// Calls an operation of ECR.
    ///
    /// # Panics
    /// When it fails.
    pub async fn ecr(&self, operation: &'static str, body: Value) -> Value {
        self.json(Call::Json { service: "ecr", target: ECR, operation, body }).await
    }

    /// Calls an operation of CloudWatch Logs.
    ///
    /// # Panics
    /// When it fails.
    pub async fn logs(&self, operation: &'static str, body: Value) -> Value {
        self.json(Call::Json { service: "logs", target: LOGS, operation, body }).await
    }

    /// Calls an operation of Secrets Manager.
    ///
    /// # Panics
    /// When it fails.
    pub async fn secrets_manager(&self, operation: &'static str, body: Value) -> Value {
        self.json(Call::Json { service: "secretsmanager", target: "secretsmanager", operation, body }).await
    }

    /// Calls an operation of SSM.
    ///
    /// # Panics
    /// When it fails.
    pub async fn ssm(&self, operation: &'static str, body: Value) -> Value {
        self.json(Call::Json { service: "ssm", target: "AmazonSSM", operation, body }).await
    }

    /// Creates a key of KMS with this alias; gives its ARN.
    ///
    /// # Panics
    /// When it fails.
    pub async fn create_key(&self, alias: &str) -> String {
        let kms = async |operation, body| {
            self.json(Call::Json { service: "kms", target: "TrentService", operation, body }).await
        };
        let key = kms("CreateKey", json!({})).await;
        let metadata = &key["KeyMetadata"];
        kms("CreateAlias", json!({ "AliasName": alias, "TargetKeyId": metadata["KeyId"] })).await;
        metadata["Arn"].as_str().unwrap_or_default().to_owned()
    }

    /// Calls an operation of ACM.
    ///
    /// # Panics
    /// When it fails.
    pub async fn acm(&self, operation: &'static str, body: Value) -> Value {
        self.json(Call::Json { service: "acm", target: ACM, operation, body }).await
    }

    /// The ARN of a new certificate.
    ///
    /// # Panics
    /// When there is none.
    pub async fn certificate(&self, domain: &str) -> String {
        let requested = self.acm("RequestCertificate", json!({"DomainName": domain})).await;
        let arn = requested["CertificateArn"].as_str();
        arn.unwrap_or_else(|| panic!("no certificate: {requested}")).to_owned()
    }

    /// The ARN of a new web ACL.
    ///
    /// # Panics
    /// When there is none.
    pub async fn web_acl(&self, name: &str) -> String {
        let metrics =
            json!({"SampledRequestsEnabled": false, "CloudWatchMetricsEnabled": false, "MetricName": name});
        let body = json!({
            "Name": name, "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": metrics, "Rules": [],
        });
        let made =
            self.json(Call::Json { service: "wafv2", target: WAF, operation: "CreateWebACL", body }).await;
        made["Summary"]["ARN"].as_str().unwrap_or_else(|| panic!("no web ACL: {made}")).to_owned()
    }

    /// Sends S3 a body, or deletes without one: a part of a bucket, such as `my-bucket?cors`.
    ///
    /// # Panics
    /// When it fails.
    pub async fn s3(&self, path: &str, body: Option<&str>) {
        let url = format!("{}/{path}", self.endpoint);
        let request = match body {
            Some(body) => self.client.put(url).body(body.to_owned()),
            None => self.client.delete(url),
        };
        let sent = request.header("authorization", self.scope("s3")).send().await;
        let status = sent.unwrap_or_else(|error| panic!("{path}: {error:?}")).status();
        assert!(status.is_success(), "{path}: {status}");
    }

    /// The XML of a part of a bucket, such as `my-bucket?tagging`.
    ///
    /// # Panics
    /// When it can't be read.
    pub async fn s3_part(&self, path: &str) -> String {
        let request = self.client.get(format!("{}/{path}", self.endpoint));
        let sent = request.header("authorization", self.scope("s3")).send().await;
        let answer = sent.and_then(reqwest::Response::error_for_status);
        let answer = answer.unwrap_or_else(|error| panic!("{path}: {error:?}"));
        answer.text().await.unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    /// Calls an action with these parameters, such as `InstanceId.1=i-0`; gives the XML.
    ///
    /// # Panics
    /// When it fails.
    pub async fn query(&self, service: QueryService, action: &'static str, parameters: &str) -> String {
        self.answer(&service.call(action, parameters)).await
    }

    /// Creates a log group with these tags.
    pub async fn create_log_group(&self, name: &str, tags: Value) {
        self.logs("CreateLogGroup", json!({ "logGroupName": name, "tags": tags })).await;
    }

    async fn json(&self, call: Call) -> Value {
        let answer = self.answer(&call).await;
        if answer.is_empty() { Value::Null } else { json_of(&call, &answer) }
    }

    async fn answer(&self, call: &Call) -> String {
        let (status, text) = self.sent(call).await;
        assert!(status.is_success(), "{}: {status}: {text}", call.name());
        text
    }

    /// The answers to a listing, page by page.
    async fn pages(&self, listing: &Call) -> Vec<String> {
        let mut pages = vec![self.answer(listing).await];
        while let Some(next) = pages.last().and_then(|page| listing.after(page)) {
            pages.push(self.answer(&next).await);
        }
        pages
    }

    async fn sent(&self, call: &Call) -> (StatusCode, String) {
        let sent = self.request(call).send().await;
        let answer = sent.unwrap_or_else(|error| panic!("{}: {error:?}", call.name()));
        let status = answer.status();
        let text = answer.text().await.unwrap_or_else(|error| panic!("{}: {error:?}", call.name()));
        (status, text)
    }

    fn scope(&self, service: &str) -> String {
        let region = &self.region;
        format!(
            "AWS4-HMAC-SHA256 Credential=test/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
        )
    }

    fn request(&self, call: &Call) -> RequestBuilder {
        let scope = |service: &str| self.scope(service);
        match call {
            Call::Json { service, target, operation, body } => self
                .client
                .post(&self.endpoint)
                .header("authorization", scope(service))
                .header("x-amz-target", format!("{target}.{operation}"))
                .header("content-type", "application/x-amz-json-1.1")
                .body(body.to_string()),
            Call::Query { service, version, action, parameters } => self
                .client
                .post(&self.endpoint)
                .header("authorization", scope(service))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!("Action={action}&Version={version}&{parameters}")),
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

    /// The call for the page of this listing that comes after a page.
    fn after(&self, answer: &str) -> Option<Self> {
        match self {
            Self::Json { service, target, operation, body } => {
                let token = json_of(self, answer)["nextToken"].as_str()?.to_owned();
                let mut body = body.clone();
                body["nextToken"] = token.into();
                Some(Self::Json { service, target, operation, body })
            }
            Self::Query { service, version, action, parameters } => {
                let names = [("NextToken", "NextToken"), ("NextMarker", "Marker"), ("Marker", "Marker")];
                let given = names.iter().find_map(|(given, asked)| {
                    let token = *listing::values(answer, given).first().filter(|token| !token.is_empty())?;
                    Some(format!("{parameters}&{}", listing::parameter(asked, token)))
                });
                Some(Self::Query { service, version, action, parameters: given? })
            }
            Self::Buckets => None,
        }
    }
}

impl QueryService {
    fn call(self, action: &'static str, parameters: &str) -> Call {
        let (service, version) = match self {
            Self::Ec2 => ("ec2", "2016-11-15"),
            Self::AutoScaling => ("autoscaling", "2011-01-01"),
            Self::LoadBalancing => ("elasticloadbalancing", "2015-12-01"),
            Self::Iam => ("iam", "2010-05-08"),
        };
        Call::Query { service, version, action, parameters: parameters.to_owned() }
    }
}

fn json_of(call: &Call, answer: &str) -> Value {
    serde_json::from_str(answer).unwrap_or_else(|error| panic!("{}: {error}: {answer}", call.name()))
}
