//! Whether the log groups of a task are there: without one no container with the awslogs driver starts.

use super::subject::Subject;
use crate::awslogs::{client, group_of, option};
use crate::judgement::Judgement;
use infra_aws::Aws;
use infra_ecs::ContainerDefinition;
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;

/// Those of all containers.
pub async fn check(aws: &Aws, subject: &Subject) -> Judgement {
    let mut judgements = Vec::new();
    for container in &subject.definition.container_definitions {
        if let Some(group) = group_of(container) {
            judgements.push(Judgement::from(one(aws, container, group).await));
        }
    }
    Judgement::all(judgements, "no container logs to CloudWatch Logs")
}

async fn one(aws: &Aws, container: &ContainerDefinition, group: &str) -> Result<Judgement, Failure> {
    let region = option(container, "awslogs-region").unwrap_or(&aws.region);
    let request = client(aws, Some(region)).describe_log_groups().log_group_name_prefix(group);
    let pages = request.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let groups = pages.or_failure("describe the log group")?;
    if groups.iter().any(|it| it.log_group_name() == Some(group)) {
        return Ok(Judgement::ok(format!("{group} is there, in {region}")));
    }
    if option(container, "awslogs-create-group") == Some("true") {
        return Ok(Judgement::ok(format!("the first task makes {group} in {region}")));
    }
    Ok(Judgement::failed(
        format!("{group} is not there, in {region}: no container that logs to it starts"),
        "deploy the stack, which makes it",
    ))
}
