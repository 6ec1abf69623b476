//! Replacing a group's instances by those of its new launch template: a new one comes before an old one goes.

use super::AutoScalingGroups;
use crate::Aws;
use crate::clients::AutoScaling;
use aws_sdk_autoscaling::types::{InstanceRefreshStatus, RefreshPreferences, ScaleInProtectedInstances};
use infra_engine::{Context, Failure};
use infra_resources::AutoScalingGroup;
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::SdkResult;
use std::time::Duration;

/// Each instance starts, joins the cluster and takes the old one's tasks.
const DEADLINE: Duration = Duration::from_secs(3600);

/// Begins to replace the instances, unless that is under way already.
///
/// # Errors
/// When it can't be begun.
pub async fn start(aws: &Aws, group: &str) -> Result<(), Failure> {
    let preferences = RefreshPreferences::builder()
        .min_healthy_percentage(100)
        .max_healthy_percentage(200)
        // They are all protected: that is how ECS keeps those that have tasks.
        .scale_in_protected_instances(ScaleInProtectedInstances::Refresh)
        .build();
    let request = aws.client::<AutoScaling>().start_instance_refresh().auto_scaling_group_name(group);
    let started = request.preferences(preferences).send().await;
    started.none_if(&["InstanceRefreshInProgress"], "begin to replace the instances")?;
    Ok(())
}

/// Waits until every instance is of the group's version of the launch template.
///
/// # Errors
/// When the replacement failed or was cancelled with outdated instances left, with its reason; or at the deadline.
pub async fn wait(
    groups: &AutoScalingGroups,
    desired: &AutoScalingGroup,
    context: &Context<'_>,
) -> Result<(), Failure> {
    poll_until(DEADLINE, context, async || {
        let Some(group) = groups.find(&desired.name).await? else { return Ok(Poll::Ready(())) };
        let outdated = groups.properties(&group, desired).await?.outdated_instances;
        if outdated == 0 {
            return Ok(Poll::Ready(()));
        }
        let request = groups.0.client::<AutoScaling>().describe_instance_refreshes();
        let answer = request.auto_scaling_group_name(&desired.name).send().await;
        let answer = answer.or_failure("describe the replacement of instances")?;
        let newest = answer.instance_refreshes().first();
        match newest.and_then(|newest| newest.status()) {
            Some(
                InstanceRefreshStatus::Pending
                | InstanceRefreshStatus::InProgress
                | InstanceRefreshStatus::Baking
                | InstanceRefreshStatus::Cancelling
                | InstanceRefreshStatus::RollbackInProgress,
            ) => Ok(Poll::Pending(format!(
                "{outdated} instances of the old launch template to be replaced, and tasks on them to end"
            ))),
            status => {
                let status = status.map_or("not begun", |status| status.as_str());
                let reason = newest.and_then(|newest| newest.status_reason()).unwrap_or("no reason given");
                Err(Failure::new(format!(
                    "{outdated} instances are outdated and their replacement is {status}: {reason}"
                ))
                .hint("mend the cause and deploy again: it begins anew"))
            }
        }
    })
    .await
}
