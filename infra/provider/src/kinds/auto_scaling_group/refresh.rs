//! Replacing a group's instances by those of its new launch template: a new one comes before an old one goes.

use crate::aws::Aws;
use crate::explain::{Explain, problem_of};
use crate::wait::{Look, until};
use aws_sdk_autoscaling::types::{InstanceRefreshStatus, RefreshPreferences, ScaleInProtectedInstances};
use infra_engine::{Context, Failure};
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
    let request = aws.autoscaling.start_instance_refresh().auto_scaling_group_name(group);
    let started = request.preferences(preferences).send().await;
    started.unless(&["InstanceRefreshInProgress"], "begin to replace the instances")?;
    Ok(())
}

/// Whether the emulator can replace instances: moto can't.
///
/// # Errors
/// When AWS can't be asked.
pub async fn is_there(aws: &Aws, group: &str) -> Result<bool, Failure> {
    let answer = aws.autoscaling.describe_instance_refreshes().auto_scaling_group_name(group).send().await;
    if aws.is_emulated() && answer.as_ref().is_err_and(|error| problem_of(error).is_unknown_call()) {
        return Ok(false);
    }
    answer.explain("describe the replacement of instances").map(|_| true)
}

/// Waits until no replacement is under way.
///
/// # Errors
/// When the newest one failed, with its reason.
pub async fn wait(aws: &Aws, group: &str, context: &Context<'_>) -> Result<(), Failure> {
    until(DEADLINE, context, async || {
        let request = aws.autoscaling.describe_instance_refreshes().auto_scaling_group_name(group);
        let answer = request.send().await;
        if aws.is_emulated() && answer.as_ref().is_err_and(|error| problem_of(error).is_unknown_call()) {
            return Ok(Look::Done(()));
        }
        let answer = answer.explain("describe the replacement of instances")?;
        let Some(newest) = answer.instance_refreshes().first() else { return Ok(Look::Done(())) };
        let reason = newest.status_reason().unwrap_or("no reason given");
        match newest.status() {
            Some(InstanceRefreshStatus::Failed | InstanceRefreshStatus::RollbackFailed) => {
                Err(Failure::new(format!("the instances could not be replaced: {reason}"))
                    .hint("mend the cause and deploy again: it goes on from there"))
            }
            Some(
                InstanceRefreshStatus::Pending
                | InstanceRefreshStatus::InProgress
                | InstanceRefreshStatus::Baking
                | InstanceRefreshStatus::Cancelling
                | InstanceRefreshStatus::RollbackInProgress,
            ) => {
                let percent = newest.percentage_complete().unwrap_or_default();
                Ok(Look::NotYet(format!("{percent} percent of the instances replaced")))
            }
            _ => Ok(Look::Done(())),
        }
    })
    .await
}
