//! Deregisters old revisions of task definitions, once the new ones are in place.
//!
//! Only a deploy that has registered a revision does this: one without a change makes no write, and what a deploy that was
//! killed before it came to this left is taken by the next one that registers a revision.

use super::{AT_ONCE, TaskDefinitions};
use crate::Aws;
use crate::clients::Ecs;
use crate::json_call::Answer;
use crate::kinds::service;
use crate::{partial, tags};
use aws_sdk_ecs::types::{DesiredStatus, Service, TaskDefinitionStatus};
use futures::stream::{self, StreamExt, TryStreamExt};
use infra_ecs::revisions::superfluous;
use infra_engine::caller::RESOURCE;
use infra_engine::ownership::Ownership;
use infra_engine::plan::{Action, Plan, Step};
use infra_engine::{Context, Event, Failure, Reporter, Resource};
use infra_resources::TaskDefinition;
use infra_wire::sdk_error::SdkResult;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// `DescribeTasks` takes at most so many.
const TASKS_PER_CALL: usize = 100;

/// Where old revisions may still be in use, and how many of them are kept.
pub struct Pruning<'a> {
    /// The connection.
    pub aws: &'a Aws,
    /// The stack's cluster.
    pub cluster: &'a str,
    /// How many revisions of a family stay registered.
    pub kept: usize,
}

impl Pruning<'_> {
    /// Prunes each family that the plan gave a new revision. What fails is reported and does not undo the deploy: everything is
    /// in place by now.
    pub async fn after(&self, plan: &Plan, reporter: &dyn Reporter) -> Vec<(String, Failure)> {
        let registered = |step: &&Step| step.kind == TaskDefinition::KIND && step.action == Action::Update;
        let families = plan.steps.iter().filter(registered).map(async |step| {
            let context = Context::of(&self.aws.stack, &step.id, reporter);
            let pruned = RESOURCE.scope(step.id.to_string(), self.family(&step.name, &context)).await;
            pruned.err().map(|failure| (step.name.clone(), failure))
        });
        futures::future::join_all(families).await.into_iter().flatten().collect()
    }

    async fn family(&self, family: &str, context: &Context<'_>) -> Result<(), Failure> {
        let definitions = TaskDefinitions(self.aws.clone());
        let arns = definitions.revisions(family, TaskDefinitionStatus::Active).await?;
        // Most of the time there is nothing old, and nobody need be asked what is in use.
        if arns.len() <= self.kept {
            return Ok(());
        }
        let active: BTreeMap<u32, String> =
            arns.into_iter().filter_map(|arn| Some((number(family, &arn)?, arn))).collect();
        let in_use = self.in_use(family).await?;
        let old = superfluous(&active.keys().copied().collect(), &in_use, self.kept);
        let looks = old.iter().filter_map(|number| active.get(number)).map(|arn| is_ours(&definitions, arn));
        let ours: Vec<Option<&str>> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
        deregister(&definitions, family, ours.into_iter().flatten().collect(), context).await
    }

    /// The revisions that a deployment of a service or a task of the cluster has.
    async fn in_use(&self, family: &str) -> Result<BTreeSet<u32>, Failure> {
        let (services, tasks) =
            tokio::try_join!(service::all_in(self.aws, self.cluster), self.of_tasks(family))?;
        let of_services = services.iter().flat_map(revisions_of);
        Ok(of_services.chain(tasks).filter_map(|arn| number(family, &arn)).collect())
    }

    async fn of_tasks(&self, family: &str) -> Result<Vec<String>, Failure> {
        let ecs = &self.aws.client::<Ecs>();
        let request = ecs.list_tasks().cluster(self.cluster).family(family);
        let pages = request.desired_status(DesiredStatus::Running).into_paginator().items().send();
        let arns = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list the family's tasks")?;
        let mut revisions = Vec::new();
        for arns in arns.chunks(TASKS_PER_CALL) {
            let request = ecs.describe_tasks().cluster(self.cluster).set_tasks(Some(arns.to_vec()));
            let answer = request.send().await.or_failure("describe the family's tasks")?;
            partial::described(answer.failures.as_deref(), "describe the family's tasks")?;
            let tasks = answer.tasks.unwrap_or_default();
            revisions.extend(tasks.into_iter().filter_map(|task| task.task_definition_arn));
        }
        Ok(revisions)
    }
}

/// The service's own revision and those of its deployments beside the primary one, which brings the service's own.
fn revisions_of(service: &Service) -> Vec<String> {
    let others = service.deployments().iter().filter(|deployment| deployment.status() != Some("PRIMARY"));
    let others = others.filter_map(|deployment| deployment.task_definition());
    others.chain(service.task_definition()).map(str::to_owned).collect()
}

/// A revision whose tags say that it is the stack's. Somebody may have registered others in the family.
async fn is_ours<'a>(definitions: &TaskDefinitions, arn: &'a str) -> Result<Option<&'a str>, Failure> {
    let answer = definitions.describe(arn, &Answer::default()).await?;
    let tags = answer.map(|answer| tags::from(answer.tags())).unwrap_or_default();
    Ok((Ownership::of(&tags, &definitions.0.stack) == Ownership::Ours).then_some(arn))
}

async fn deregister(
    definitions: &TaskDefinitions,
    family: &str,
    revisions: Vec<&str>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    if revisions.is_empty() {
        return Ok(());
    }
    let (began, action, id) = (Instant::now(), "prune", context.id.clone());
    let name = format!("{family} (old revisions: {})", revisions.len());
    context.reporter.report(Event::Started { id: id.clone(), name: name.clone(), action });
    let deregistered = revisions.into_iter().map(|revision| definitions.deregister(revision, context));
    let result = stream::iter(deregistered).buffer_unordered(AT_ONCE).try_collect::<()>().await;
    let (elapsed, succeeded) = (began.elapsed(), result.is_ok());
    context.reporter.report(Event::Finished { id, name, action, elapsed, succeeded });
    result
}

/// The number of a revision of this family; none for another family's.
fn number(family: &str, arn: &str) -> Option<u32> {
    let (its_family, number) = arn.rsplit('/').next()?.split_once(':')?;
    (its_family == family).then(|| number.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_known_by_its_family_and_its_number() {
        let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/My-Web-App:12";
        assert_eq!(number("My-Web-App", arn), Some(12));
        assert_eq!(number("Web-App", arn), None);
    }
}
