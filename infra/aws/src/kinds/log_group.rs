//! Reads and writes CloudWatch Logs groups.

use crate::Aws;
use crate::clients::Logs;
use async_trait::async_trait;
use aws_sdk_cloudwatchlogs::types::LogGroup as Group;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::live::Tags;
use infra_engine::ownership::found;
use infra_engine::{Context, Failure, Found, Live, Names, Operations, Output, ResourceKind};
use infra_resources::log_group::LogGroupOutputs;
use infra_resources::{LogGroup, Partition};
use infra_wire::sdk_error::SdkResult;

/// Log groups.
pub struct LogGroups(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for LogGroups {
    type Resource = LogGroup;

    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = &["ResourceNotFoundException"];
    const ALREADY_EXISTS: Names = &["ResourceAlreadyExistsException"];
    const OPERATIONS: Operations = Operations {
        reads: &["DescribeLogGroups", "ListTagsForResource"],
        creates: &["CreateLogGroup"],
        changes: &["AssociateKmsKey", "DisassociateKmsKey", "PutRetentionPolicy", "TagResource"],
        removes: &["DeleteLogGroup"],
    };

    async fn read(&self, desired: &LogGroup) -> ReadResult<LogGroup> {
        let groups = self.groups(&desired.name).await?;
        let Some(group) = groups.iter().find(|group| group.log_group_name() == Some(&desired.name)) else {
            return Ok(None);
        };
        let properties = LogGroup {
            name: desired.name.clone(),
            retention_in_days: group.retention_in_days().unwrap_or_default(),
            kms_key_arn: group.kms_key_id().map(Into::into),
        };
        // The list has it already or still, and the log group is not known yet or gone.
        let Some(tags) = self.tags_of(group).await? else { return Ok(None) };
        Ok(Some(Live { properties, outputs: outputs(&desired.name), tags: Some(tags) }))
    }

    async fn create(&self, desired: &LogGroup, context: &Context<'_>) -> Result<LogGroupOutputs, Failure> {
        let request = self.0.client::<Logs>().create_log_group().log_group_name(&desired.name);
        let request = request.set_tags(Some(context.tags().into_iter().collect()));
        let request = request.set_kms_key_id(key_of(desired)?);
        request.send().await.or_failure("create the log group")?;
        self.put_retention(desired).await?;
        Ok(outputs(&desired.name))
    }

    async fn update(
        &self,
        desired: &LogGroup,
        live: LiveOf<LogGroup>,
        context: &Context<'_>,
    ) -> Result<LogGroupOutputs, Failure> {
        if live.properties.retention_in_days != desired.retention_in_days {
            self.put_retention(desired).await?;
        }
        if live.properties.kms_key_arn != desired.kms_key_arn {
            self.put_key(desired).await?;
        }
        if let Some(missing) = context.missing_tags(&live.tags) {
            let request = self.0.client::<Logs>().tag_resource().resource_arn(self.arn(&desired.name));
            let request = request.set_tags(Some(missing.into_iter().collect()));
            request.send().await.or_failure("tag the log group")?;
        }
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, _: &Context<'_>) -> Result<(), Failure> {
        let deleted = self.0.client::<Logs>().delete_log_group().log_group_name(&found.name).send().await;
        deleted.none_if(Self::NOT_FOUND, "delete the log group")?;
        Ok(())
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let mut ours = Vec::new();
        for group in self.groups(&format!("/ecs/{stack}")).await? {
            let (tags, name) =
                (self.tags_of(&group).await?.unwrap_or_default(), group.log_group_name().unwrap_or_default());
            ours.extend(found::<LogGroup>(stack, &tags, name, name));
        }
        Ok(ours)
    }
}

impl LogGroups {
    async fn groups(&self, prefix: &str) -> Result<Vec<Group>, Failure> {
        let request = self.0.client::<Logs>().describe_log_groups().log_group_name_prefix(prefix);
        let pages = request.into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await.or_failure("describe log groups")
    }

    async fn put_retention(&self, desired: &LogGroup) -> Result<(), Failure> {
        let request = self.0.client::<Logs>().put_retention_policy().log_group_name(&desired.name);
        let request = request.retention_in_days(desired.retention_in_days);
        request.send().await.or_failure("set how long logs are kept")?;
        Ok(())
    }

    async fn put_key(&self, desired: &LogGroup) -> Result<(), Failure> {
        let logs = self.0.client::<Logs>();
        if let Some(key) = key_of(desired)? {
            let request = logs.associate_kms_key().log_group_name(&desired.name).kms_key_id(key);
            request.send().await.or_failure("change the key of the logs")?;
        } else {
            let request = logs.disassociate_kms_key().log_group_name(&desired.name);
            request.send().await.or_failure("take the key from the logs")?;
        }
        Ok(())
    }

    async fn tags_of(&self, group: &Group) -> Result<Option<Tags>, Failure> {
        let arn = self.arn(group.log_group_name().unwrap_or_default());
        let answer = self.0.client::<Logs>().list_tags_for_resource().resource_arn(arn).send().await;
        let answer = answer.none_if(Self::NOT_FOUND, "list the log group's tags")?;
        Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
    }

    /// The ARN as the tagging calls take it: without the `:*` at the end that other calls give.
    fn arn(&self, name: &str) -> String {
        let (region, account) = (&self.0.region, &self.0.account.id);
        Partition::of_region(region).arn("logs", region, account, &format!("log-group:{name}"))
    }
}

fn key_of(desired: &LogGroup) -> Result<Option<String>, Failure> {
    Ok(desired.kms_key_arn.as_ref().map(Output::get).transpose()?.cloned())
}

fn outputs(name: &str) -> LogGroupOutputs {
    LogGroupOutputs { name: name.into() }
}
