//! Reads and registers task definitions.

pub mod prune;

use crate::Aws;
use crate::clients::Ecs;
use crate::json_call::{Answer, drop_empty_texts, json_of, with_body};
use crate::{partial, tags};
use async_trait::async_trait;
use aws_sdk_ecs::operation::describe_task_definition::DescribeTaskDefinitionOutput;
use aws_sdk_ecs::types::Failure as Refusal;
use aws_sdk_ecs::types::{TaskDefinitionFamilyStatus, TaskDefinitionField, TaskDefinitionStatus};
use futures::stream::{self, StreamExt, TryStreamExt};
use infra_ecs::body::{self, lean};
use infra_ecs::task_definition::TaskDefinitionOutputs;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::live::Tags;
use infra_engine::ownership::{Ownership, RESOURCE_TAG, STACK_TAG, id_from};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, Resource, ResourceKind};
use infra_resources::TaskDefinition;
use infra_wire::poll::{KNOWN_WITHIN, Poll, poll_until};
use infra_wire::sdk_error::SdkResult;
use serde::Deserialize;
use serde_json::{Value, json};

/// `DeleteTaskDefinitions` takes at most so many.
const DELETIONS_PER_CALL: usize = 10;
/// How many revisions before one of somebody else's are looked at.
const LOOKED_AT: usize = 10;
/// How many families or revisions are worked on at the same time.
const AT_ONCE: usize = 8;

/// Families of task definitions.
pub struct TaskDefinitions(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for TaskDefinitions {
    type Resource = TaskDefinition;

    const DELETED_BEFORE: Names = &["iam-role", "image", "log-group", "bucket"];
    /// ECS has no error code of its own for a family or a revision that does not exist.
    const NOT_FOUND: Names = &["Unable to describe task definition", "ResourceNotFoundException"];
    /// Every registration is a new revision.
    const ALREADY_EXISTS: Names = &[];
    const OPERATIONS: Operations = Operations {
        reads: &["DescribeTaskDefinition", "ListTaskDefinitionFamilies", "ListTaskDefinitions"],
        creates: &["RegisterTaskDefinition"],
        changes: &[],
        removes: &["DeleteTaskDefinitions", "DeregisterTaskDefinition"],
    };

    async fn read(&self, desired: &TaskDefinition) -> ReadResult<TaskDefinition> {
        let json = Answer::default();
        let Some(answer) = self.describe(&desired.family, &json).await? else { return Ok(None) };
        let Some(definition) = answer.task_definition() else { return Ok(None) };
        let outputs =
            TaskDefinitionOutputs { arn: definition.task_definition_arn().unwrap_or_default().into() };
        let mut tags = tags::from(answer.tags());
        if let Some(before) = self.tags_before(&desired.family, &tags, &self.0.stack).await? {
            // The stack's tag is missing still, and shows as that.
            tags = before.into_iter().filter(|(key, _)| key == RESOURCE_TAG).chain(tags).collect();
        }
        let properties = self.properties(json.member("taskDefinition")?, &tags, desired)?;
        Ok(Some(Live { properties, outputs, tags: Some(tags) }))
    }

    async fn create(
        &self,
        desired: &TaskDefinition,
        context: &Context<'_>,
    ) -> Result<TaskDefinitionOutputs, Failure> {
        let body = body::register_task_definition(&json_of(desired)?, &context.tags());
        let call =
            self.0.client::<Ecs>().register_task_definition().customize().mutate_request(with_body(&body));
        let answer = call.send().await.or_failure("register the task definition")?;
        let arn = answer.task_definition().and_then(|definition| definition.task_definition_arn());
        Ok(TaskDefinitionOutputs { arn: arn.unwrap_or_default().into() })
    }

    /// Revisions can't change: the desired one becomes a new revision.
    async fn update(
        &self,
        desired: &TaskDefinition,
        _: LiveOf<TaskDefinition>,
        context: &Context<'_>,
    ) -> Result<TaskDefinitionOutputs, Failure> {
        self.create(desired, context).await
    }

    /// Deregisters every revision of the family, then deletes them.
    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        let active = self.revisions(&found.name, TaskDefinitionStatus::Active).await?;
        let deregistered = active.iter().map(|revision| self.deregister(revision, context));
        stream::iter(deregistered).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        let inactive = self.revisions(&found.name, TaskDefinitionStatus::Inactive).await?;
        for revisions in inactive.chunks(DELETIONS_PER_CALL) {
            self.delete_revisions(revisions.to_vec(), context).await?;
        }
        Ok(())
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        // Families without an active revision are there while a deletion is under way or was cut off.
        let (mut families, partly_deleted) = tokio::try_join!(
            self.families(stack, TaskDefinitionFamilyStatus::Active),
            self.families(stack, TaskDefinitionFamilyStatus::Inactive)
        )?;
        families.extend(partly_deleted);
        families.sort();
        families.dedup();
        let looks = stream::iter(families).map(|family| self.ours(family, stack)).buffer_unordered(AT_ONCE);
        let found: Vec<Option<Found>> = looks.try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }
}

impl TaskDefinitions {
    /// The families that are named as the stack's: a look at each costs a call, and an account may have hundreds.
    async fn families(
        &self,
        stack: &str,
        status: TaskDefinitionFamilyStatus,
    ) -> Result<Vec<String>, Failure> {
        let request = self.0.client::<Ecs>().list_task_definition_families();
        let request = request.family_prefix(self.0.program.task_family_prefix(stack));
        let pages = request.status(status).into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await.or_failure("list task definition families")
    }

    /// A live revision in our types.
    fn properties(
        &self,
        mut reported: Value,
        tags: &Tags,
        desired: &TaskDefinition,
    ) -> Result<TaskDefinition, Failure> {
        // ECS reports tags beside the definition. The engine compares the stack's; of the others, those that are asked for.
        let asked = desired.tags.iter().filter_map(|tag| tag.key.as_deref());
        let own = asked.filter_map(|key| Some(json!({"key": key, "value": tags.get(key)?})));
        reported["tags"] = own.collect();
        let wanted = lean(&json_of(desired)?);
        drop_empty_texts(&mut reported, &wanted);
        let mut live = TaskDefinition::deserialize(&reported)
            .map_err(|error| Failure::caused_by("unexpected answer from DescribeTaskDefinition", error))?;
        live.take_unknown(&reported, desired);
        Ok(live)
    }

    /// The newest active revision of a family, or one revision by its ARN; its JSON is kept.
    async fn describe(
        &self,
        name: &str,
        json: &Answer,
    ) -> Result<Option<DescribeTaskDefinitionOutput>, Failure> {
        let request = self
            .0
            .client::<Ecs>()
            .describe_task_definition()
            .task_definition(name)
            .include(TaskDefinitionField::Tags);
        let answer = request.customize().interceptor(json.clone()).send().await;
        answer.none_if(Self::NOT_FOUND, "describe the task definition")
    }

    /// The family, if the tags of its newest revision say that it is the stack's. A family that is only partly deleted
    /// has no active revision left, so any revision will do.
    async fn ours(&self, family: String, stack: &str) -> Result<Option<Found>, Failure> {
        let answer = match self.describe(&family, &Answer::default()).await? {
            Some(active) => Some(active),
            None => match self.all_revisions(&family).await?.1.pop() {
                Some(revision) => self.describe(&revision, &Answer::default()).await?,
                None => None,
            },
        };
        let tags = answer.map(|answer| tags::from(answer.tags())).unwrap_or_default();
        let likely = self.0.program.task_families(stack).contains(&family);
        let ours = Ownership::of(&tags, stack) == Ownership::Ours
            || (likely && self.tags_before(&family, &tags, stack).await?.is_some());
        Ok(ours.then(|| Found {
            id: id_from(&tags, TaskDefinition::KIND, &family),
            name: family.clone(),
            locator: family,
        }))
    }

    /// The tags of an earlier revision of the stack's, where the newest one does not carry them: somebody removed them, or
    /// registered it by hand in a family that is ours.
    async fn tags_before(&self, family: &str, newest: &Tags, stack: &str) -> Result<Option<Tags>, Failure> {
        if newest.contains_key(STACK_TAG) {
            return Ok(None);
        }
        let (active, inactive) = self.all_revisions(family).await?;
        for revision in active.iter().rev().chain(inactive.iter().rev()).take(LOOKED_AT) {
            let answer = self.describe(revision, &Answer::default()).await?;
            let tags = answer.map(|answer| tags::from(answer.tags())).unwrap_or_default();
            if Ownership::of(&tags, stack) == Ownership::Ours {
                return Ok(Some(tags));
            }
        }
        Ok(None)
    }

    /// Deletes these revisions. ECS may not know yet that one is deregistered: what it refuses is asked for again for a while.
    async fn delete_revisions(&self, mut left: Vec<String>, context: &Context<'_>) -> Result<(), Failure> {
        let call = "delete revisions";
        poll_until(KNOWN_WITHIN, context, async || {
            let request =
                self.0.client::<Ecs>().delete_task_definitions().set_task_definitions(Some(left.clone()));
            let answer = request.send().await.or_failure(call)?;
            let refused: Vec<_> = answer.failures().iter().filter(|refusal| !is_gone(refusal)).collect();
            left.retain(|revision| refused.iter().any(|refusal| refusal.arn() == Some(revision)));
            match partial::all_done(refused, call) {
                Err(refusal) if !left.is_empty() => Ok(Poll::Pending(refusal.to_string())),
                done => done.map(Poll::Ready),
            }
        })
        .await
    }

    async fn deregister(&self, revision: &str, context: &Context<'_>) -> Result<(), Failure> {
        let request = self.0.client::<Ecs>().deregister_task_definition().task_definition(revision);
        if request.send().await.none_if(Self::NOT_FOUND, "deregister a revision")?.is_some() {
            context.waiting(format!("{revision} deregistered"));
        }
        Ok(())
    }

    /// The ARNs of the family's active revisions, and those of its inactive ones, asked for at the same time.
    async fn all_revisions(&self, family: &str) -> Result<(Vec<String>, Vec<String>), Failure> {
        tokio::try_join!(
            self.revisions(family, TaskDefinitionStatus::Active),
            self.revisions(family, TaskDefinitionStatus::Inactive)
        )
    }

    /// The ARNs of the family's revisions of this status.
    async fn revisions(&self, family: &str, status: TaskDefinitionStatus) -> Result<Vec<String>, Failure> {
        let request = self.0.client::<Ecs>().list_task_definitions().family_prefix(family).status(status);
        let pages = request.into_paginator().items().send();
        let arns = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list the family's revisions")?;
        // A family whose name begins with this one's is another family.
        let exact = |arn: &String| arn.contains(&format!("/{family}:"));
        Ok(arns.into_iter().filter(exact).collect())
    }
}

/// Whether a revision that could not be deleted is not there any more.
fn is_gone(refusal: &Refusal) -> bool {
    let reason = refusal.reason().unwrap_or_default().to_ascii_lowercase().replace('_', " ");
    ["missing", "not found", "does not exist", "delete in progress"].iter().any(|gone| reason.contains(gone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_that_is_gone_needs_no_deletion_and_one_that_is_refused_does() {
        let is_gone = |reason: &str| is_gone(&Refusal::builder().arn("web:1").reason(reason).build());
        for reason in
            ["MISSING", "TASK_DEFINITION_NOT_FOUND", "The specified task definition does not exist."]
        {
            assert!(is_gone(reason), "{reason}");
        }
        for reason in ["The specified task definition is still in ACTIVE status.", ""] {
            assert!(!is_gone(reason), "{reason}");
        }
    }
}
