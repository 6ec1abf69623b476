//! `revisions`: the revisions of an app's task definition, and what became of each. Reads only.

mod history;
mod table;

use crate::session::Session;
use crate::setup::Setup;
use crate::tasks::family_of;
use anyhow::{Context as _, Result};
use aws_sdk_ecs::primitives::DateTimeFormat;
use aws_sdk_ecs::types::{SortOrder, TaskDefinition, TaskDefinitionStatus};
use futures::stream::{self, StreamExt, TryStreamExt};
use history::History;
use infra_aws::Aws;
use infra_aws::clients::Ecs;
use infra_aws::live_service::{self, LiveService};
use infra_engine::Failure;
use infra_options::print;
use infra_options::revisions::Options;
use infra_wire::sdk_error::SdkResult;
use serde::Serialize;
use std::process::ExitCode;

/// So many revisions are described at once.
const AT_ONCE: usize = 8;

/// A revision.
#[derive(Clone, Debug, Serialize)]
struct Row {
    revision: i32,
    task_definition: String,
    state: &'static str,
    image: Option<String>,
    registered_at: Option<String>,
    registered_by: Option<String>,
}

/// Prints them, the newest first.
pub(super) async fn run(options: &Options, setup: &Setup) -> Result<ExitCode> {
    let aws = Session::connect(&options.stack, setup).await?;
    let service = live_service::service(&aws, &options.app).await?;
    let (revisions, history) =
        tokio::try_join!(revisions(&aws, &service, options.last.into()), History::of(&aws, &service))?;
    let rows: Vec<_> = revisions.iter().map(|revision| row(revision, &history)).collect();
    if options.stack.json {
        print(serde_json::to_string_pretty(&rows).context("the revisions have no JSON form")?)?;
    } else {
        let width = console::Term::stdout().size_checked().map(|(_, columns)| columns.into());
        print(table::of(&rows, family_of(&service), width).join("\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The newest revisions of the service's family that are registered, and the one that it runs, whatever became of that.
async fn revisions(aws: &Aws, service: &LiveService, most: usize) -> Result<Vec<TaskDefinition>, Failure> {
    let family = family_of(service);
    let request = aws.client::<Ecs>().list_task_definitions().family_prefix(family).sort(SortOrder::Desc);
    let pages = request.status(TaskDefinitionStatus::Active).into_paginator().items().send();
    let mut arns = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list the revisions")?;
    // A family whose name begins with this one's is another family.
    arns.retain(|arn| arn.contains(&format!("/{family}:")));
    arns.sort_by_key(|arn| std::cmp::Reverse(number(arn)));
    arns.truncate(most);
    if !arns.contains(&service.task_definition) {
        arns.push(service.task_definition.clone());
    }
    let described = arns.iter().map(|arn| describe(aws, arn));
    stream::iter(described).buffered(AT_ONCE).try_collect().await
}

async fn describe(aws: &Aws, revision: &str) -> Result<TaskDefinition, Failure> {
    let request = aws.client::<Ecs>().describe_task_definition().task_definition(revision);
    let answer = request.send().await.or_failure("describe the revision")?;
    answer.task_definition.ok_or_else(|| Failure::new(format!("ECS described nothing of {revision}")))
}

/// The number in a revision's ARN.
fn number(arn: &str) -> Option<u32> {
    arn.rsplit_once(':')?.1.parse().ok()
}

fn row(revision: &TaskDefinition, history: &History) -> Row {
    let arn = revision.task_definition_arn().unwrap_or_default();
    let is_active = revision.status() == Some(&TaskDefinitionStatus::Active);
    let otherwise = if is_active { "registered" } else { "inactive" };
    let containers = revision.container_definitions();
    let first = containers.iter().find(|container| container.essential() != Some(false));
    Row {
        revision: revision.revision(),
        task_definition: arn.to_owned(),
        state: history.state(arn).unwrap_or(otherwise),
        image: first.or(containers.first()).and_then(|container| container.image()).map(str::to_owned),
        registered_at: revision.registered_at().and_then(|at| at.fmt(DateTimeFormat::DateTime).ok()),
        registered_by: revision.registered_by().map(str::to_owned),
    }
}
