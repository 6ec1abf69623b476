//! SSM's Parameter Store: what a parameter is like. Its value is never asked for.

use crate::json_service::{JsonService, json_client, next_token};
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;
use serde_json::{Value, json};

json_client!(
    /// SSM.
    ParameterStore,
    JsonService { name: "ssm", target: "AmazonSSM", id: "SSM" }
);

impl ParameterStore {
    /// A parameter as SSM describes it, without its value; nothing where there is none.
    ///
    /// AWS: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html>
    ///
    /// # Errors
    /// When it can't be described.
    pub async fn describe_parameters(&self, region: &str, name: &str) -> Result<Option<Value>, Failure> {
        let filters = json!([{"Key": "Name", "Option": "Equals", "Values": [name]}]);
        let mut request = json!({ "ParameterFilters": filters });
        // A page may be empty and not be the last one.
        loop {
            let answer = self.0.call(region, "DescribeParameters", &request).await;
            let answer = answer.or_failure("describe the parameter")?;
            let named = |it: &&Value| it["Name"] == name || it["Name"] == format!("/{name}");
            let found = answer["Parameters"].as_array().into_iter().flatten().find(named).cloned();
            match next_token(&answer) {
                Some(next) if found.is_none() => request["NextToken"] = next.into(),
                _ => return Ok(found),
            }
        }
    }
}
