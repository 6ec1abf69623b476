//! What moto's answers are made.

use crate::asked::Asked;
use crate::calls::{Answered, Exchange, Mended};
use crate::text;
use aws_smithy_runtime_api::client::result::ConnectorError;
use futures::future::FutureExt;
use serde_json::{Value, json};

/// Where moto shows all that it has.
const STATE: &str = "/moto-api/data.json";

/// The tags of the cluster in which a scalable target's service is, as those of the target.
pub fn tags_of_the_cluster(exchange: Exchange<'_>) -> Mended<'_> {
    async move {
        let (state, asked) = (state(&exchange).await?, exchange.asked.json());
        let of = |service: &str, kind: &str| state[service][kind].as_array().cloned().unwrap_or_default();
        let targets = of("applicationautoscaling", "FakeScalableTarget");
        let target = targets.iter().find(|target| target["arn"] == asked["ResourceARN"]);
        let id = target.and_then(|target| target["resource_id"].as_str()).unwrap_or_default();
        // service/<cluster>/<service>
        let name = id.split('/').nth(1).unwrap_or_default();
        let cluster = of("ecs", "Cluster").into_iter().find(|cluster| cluster["name"] == name);
        let tags = cluster.map(|cluster| cluster["tags"].clone()).unwrap_or_default();
        let pair = |tag: &Value| Some((tag["key"].as_str()?.to_owned(), tag["value"].clone()));
        let tags: serde_json::Map<_, _> = tags.as_array().into_iter().flatten().filter_map(pair).collect();
        Ok(Answered::new(200, json!({ "Tags": tags }).to_string()))
    }
    .boxed()
}

/// Groups whose instances say nothing of the template that they were started from.
pub fn without_templates_of_instances(_: &Asked, _: &str, answer: Answered) -> Answered {
    let body = text::between(&answer.body, "<Instances>", "</Instances>", |_, instances| {
        text::without(instances, "LaunchTemplate")
    });
    Answered { body, ..answer }
}

/// All capacity providers, which are asked for by their names.
pub fn all_by_name(exchange: Exchange<'_>) -> Mended<'_> {
    async move {
        let mut asked = exchange.asked.json();
        if asked["capacityProviders"].as_array().is_some_and(|names| !names.is_empty()) {
            return exchange.answer().await;
        }
        let state = state(&exchange).await?;
        let providers = state["ecs"]["CapacityProvider"].as_array().into_iter().flatten();
        asked["capacityProviders"] = providers.map(|provider| provider["name"].clone()).collect();
        exchange.answer_to(asked.to_string()).await
    }
    .boxed()
}

/// An attachment that is done where the policy is one of AWS's own.
pub fn without_policies_of_aws(asked: &Asked, _: &str, answer: Answered) -> Answered {
    if answer.status != 404 || !answer.body.contains("iam::aws:policy/") {
        return answer;
    }
    let (status, body) = asked.call.nothing_found();
    Answered { status, body, ..answer }
}

/// Whether a bucket keeps versions, in an element of S3's name.
pub fn versioning(_: &Asked, _: &str, answer: Answered) -> Answered {
    let body = answer.body.replace("GetBucketVersioningResponse", "VersioningConfiguration");
    Answered { body, ..answer }
}

async fn state(exchange: &Exchange<'_>) -> Result<Value, ConnectorError> {
    let state = exchange.page(STATE).await?;
    serde_json::from_str(&state.body).map_err(|error| ConnectorError::other(error.into(), None))
}
