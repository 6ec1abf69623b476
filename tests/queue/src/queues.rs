//! Reads and writes SQS queues.

use crate::queue::{Queue, QueueOutputs};
use async_trait::async_trait;
use aws_sdk_sqs::types::QueueAttributeName;
use infra_aws::{Aws, service_client};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::live::Tags;
use infra_engine::ownership::found;
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::{SdkResult, problem_of};
use std::collections::HashMap;
use std::time::Duration;

/// As many as SQS lists at once.
const PAGE: i32 = 1000;
/// SQS takes a minute to delete a queue, and makes none of its name before.
const GONE_DEADLINE: Duration = Duration::from_secs(120);

service_client!(
    /// SQS.
    Sqs,
    aws_sdk_sqs
);

/// Queues.
pub struct Queues(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for Queues {
    type Resource = Queue;

    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = &["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"];
    /// Where the one that is there has other attributes.
    const ALREADY_EXISTS: Names = &["QueueAlreadyExists", "QueueNameExists"];
    const OPERATIONS: Operations = Operations {
        reads: &["GetQueueAttributes", "GetQueueUrl", "ListQueueTags", "ListQueues"],
        creates: &["CreateQueue"],
        changes: &["SetQueueAttributes", "TagQueue"],
        removes: &["DeleteQueue"],
    };

    async fn read(&self, desired: &Queue) -> ReadResult<Queue> {
        let Some(url) = self.url(&desired.name).await? else { return Ok(None) };
        let (attributes, tags) = tokio::try_join!(self.attributes(&url), self.tags(&url))?;
        let (Some(attributes), Some(tags)) = (attributes, tags) else { return Ok(None) };
        let text = |name: &QueueAttributeName| attributes.get(name).map(String::as_str).unwrap_or_default();
        let seconds = |name: QueueAttributeName| text(&name).parse().unwrap_or_default();
        let properties = Queue {
            name: desired.name.clone(),
            visibility_timeout: seconds(QueueAttributeName::VisibilityTimeout),
            message_retention_period: seconds(QueueAttributeName::MessageRetentionPeriod),
        };
        let arn = text(&QueueAttributeName::QueueArn).into();
        Ok(Some(Live { properties, outputs: QueueOutputs { arn, url: url.into() }, tags: Some(tags) }))
    }

    async fn create(&self, desired: &Queue, context: &Context<'_>) -> Result<QueueOutputs, Failure> {
        let url = poll_until(GONE_DEADLINE, context, async || {
            let request = self.0.client::<Sqs>().create_queue().queue_name(&desired.name);
            let request = request.set_attributes(Some(attributes(desired)));
            let created = request.set_tags(Some(context.tags().into_iter().collect())).send().await;
            match &created {
                Err(error) if problem_of(error).says("wait 60 seconds") => {
                    return Ok(Poll::Pending("the old queue of this name to be gone".to_owned()));
                }
                _ => {}
            }
            let created = created.or_failure("create the queue")?;
            Ok(Poll::Ready(created.queue_url.unwrap_or_default()))
        })
        .await?;
        let attributes = self.attributes(&url).await?.unwrap_or_default();
        let arn = attributes.get(&QueueAttributeName::QueueArn).cloned().unwrap_or_default();
        Ok(QueueOutputs { arn: arn.into(), url: url.into() })
    }

    async fn update(
        &self,
        desired: &Queue,
        live: LiveOf<Queue>,
        context: &Context<'_>,
    ) -> Result<QueueOutputs, Failure> {
        let url = live.outputs.url.get()?;
        if live.properties != *desired {
            let request = self.0.client::<Sqs>().set_queue_attributes().queue_url(url);
            let request = request.set_attributes(Some(attributes(desired)));
            request.send().await.or_failure("set the queue's attributes")?;
        }
        if let Some(missing) = context.missing_tags(&live.tags) {
            let request = self.0.client::<Sqs>().tag_queue().queue_url(url);
            let request = request.set_tags(Some(missing.into_iter().collect()));
            request.send().await.or_failure("tag the queue")?;
        }
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        let deleted = self.0.client::<Sqs>().delete_queue().queue_url(&found.locator).send().await;
        deleted.none_if(Self::NOT_FOUND, "delete the queue")?;
        poll_until(GONE_DEADLINE, context, async || {
            Ok(match self.url(&found.name).await? {
                None => Poll::Ready(()),
                Some(_) => Poll::Pending("the queue to be gone".to_owned()),
            })
        })
        .await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let request = self.0.client::<Sqs>().list_queues().queue_name_prefix(format!("{stack}-"));
        let pages = request.max_results(PAGE).into_paginator().items().send();
        let mut ours = Vec::new();
        for url in pages.collect::<Result<Vec<_>, _>>().await.or_failure("list queues")? {
            let (tags, name) = (self.tags(&url).await?.unwrap_or_default(), url.rsplit('/').next());
            ours.extend(found::<Queue>(stack, &tags, name.unwrap_or_default(), &url));
        }
        Ok(ours)
    }
}

impl Queues {
    async fn url(&self, name: &str) -> Result<Option<String>, Failure> {
        let answer = self.0.client::<Sqs>().get_queue_url().queue_name(name).send().await;
        Ok(answer.none_if(Self::NOT_FOUND, "get the queue's URL")?.and_then(|answer| answer.queue_url))
    }

    async fn attributes(&self, url: &str) -> Result<Option<HashMap<QueueAttributeName, String>>, Failure> {
        let request = self.0.client::<Sqs>().get_queue_attributes().queue_url(url);
        let answer = request.attribute_names(QueueAttributeName::All).send().await;
        let answer = answer.none_if(Self::NOT_FOUND, "get the queue's attributes")?;
        Ok(answer.map(|answer| answer.attributes.unwrap_or_default()))
    }

    async fn tags(&self, url: &str) -> Result<Option<Tags>, Failure> {
        let answer = self.0.client::<Sqs>().list_queue_tags().queue_url(url).send().await;
        let answer = answer.none_if(Self::NOT_FOUND, "list the queue's tags")?;
        Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
    }
}

fn attributes(desired: &Queue) -> HashMap<QueueAttributeName, String> {
    HashMap::from([
        (QueueAttributeName::VisibilityTimeout, desired.visibility_timeout.to_string()),
        (QueueAttributeName::MessageRetentionPeriod, desired.message_retention_period.to_string()),
    ])
}
