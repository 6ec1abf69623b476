//! What a call asks, in the words of the table.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use infra_wire::call::Call;
use serde_json::Value;

/// A call as rows of the table see it.
#[derive(Debug)]
pub struct Asked {
    /// The call itself.
    pub call: Call,
    /// Its name as IAM writes it, such as `ecs:DescribeServices`.
    pub action: String,
    /// Where it goes.
    pub uri: String,
    /// Its signature, which says who asks and in which region.
    pub authorization: String,
    body: Vec<u8>,
}

impl Asked {
    /// Reads it off a request.
    pub fn of(request: &HttpRequest) -> Self {
        let call = Call::of(request);
        let is_versioning = request.method() == "GET" && request.uri().contains("?versioning");
        let operation = match call.service.as_str() {
            "s3" if is_versioning => "GetBucketVersioning",
            _ => &call.operation,
        };
        Self {
            action: format!("{}:{operation}", call.service),
            uri: request.uri().to_owned(),
            authorization: request.headers().get("authorization").unwrap_or_default().to_owned(),
            body: request.body().bytes().unwrap_or_default().to_vec(),
            call,
        }
    }

    /// Its body as JSON; null where it has none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The region that it is signed for.
    pub fn region(&self) -> &str {
        // Credential=<key>/<day>/<region>/<service>/aws4_request
        let scope = self.authorization.split("Credential=").nth(1).unwrap_or_default();
        scope.split('/').nth(2).unwrap_or_default()
    }
}
