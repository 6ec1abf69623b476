//! Whose resources these are, and where they are reached.

/// The one account and region of a local AWS.
#[derive(Clone, Debug)]
pub struct Account {
    /// Such as `us-east-1`.
    pub region: String,
    /// 12 digits.
    pub id: String,
    /// Host and port at which users reach the local AWS: `127.0.0.1:4566`.
    pub endpoint: String,
    /// The part of ARNs that names the kind of AWS: `aws`.
    pub partition: String,
}

impl Account {
    /// An ARN of a service in the account and region: `arn:PARTITION:ecs:REGION:ID:cluster/a`.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.id)
    }
}
