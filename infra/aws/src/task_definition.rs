//! A revision of a task definition as it is registered, in our types.

use crate::Aws;
use crate::clients::Ecs;
use crate::json_call::{Answer, drop_empty_texts};
use infra_ecs::TaskDefinition;
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;
use serde::Deserialize;
use serde_json::Value;

/// Reads a revision.
///
/// # Errors
/// When ECS can't be asked.
pub async fn revision(aws: &Aws, revision: &str) -> Result<TaskDefinition, Failure> {
    let json = Answer::default();
    let request = aws.client::<Ecs>().describe_task_definition().task_definition(revision);
    let request = request.customize().interceptor(json.clone());
    request.send().await.or_failure("describe the task definition")?;
    let mut reported = json.member("taskDefinition")?;
    drop_empty_texts(&mut reported, &Value::Null);
    TaskDefinition::deserialize(reported)
        .map_err(|error| Failure::caused_by("unexpected answer from DescribeTaskDefinition", error))
}
