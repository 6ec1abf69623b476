//! The instances of a group: which are outdated, waiting for the first ones, and letting them go.

use super::AutoScalingGroups;
use crate::aws::Aws;
use crate::explain::{Explain, problem_of};
use crate::wait::{Look, not_found, until};
use aws_sdk_autoscaling::types::{AutoScalingGroup as Described, LifecycleState, ScalingActivityStatusCode};
use infra_engine::{Context, Failure};
use infra_resources::AutoScalingGroup;
use std::time::Duration;
use tokio::time::Instant;

const IN_SERVICE_DEADLINE: Duration = Duration::from_secs(600);
/// `SetInstanceProtection` takes at most so many.
const INSTANCES_PER_CALL: usize = 50;

/// How many instances run another version of the launch template than the group's. What is not told counts as equal.
pub fn outdated(group: &Described) -> i32 {
    let version = group.launch_template().and_then(|template| template.version());
    let others = group.instances().iter().filter(|instance| {
        let of_instance = instance.launch_template().and_then(|template| template.version());
        of_instance.zip(version).is_some_and(|(it, wanted)| !it.is_empty() && it != wanted)
    });
    i32::try_from(others.count()).unwrap_or(i32::MAX)
}

/// Waits until the fewest instances are there, and says why they are not.
///
/// # Errors
/// At the deadline, with what the last attempt to start one ended with.
pub async fn wait_for(
    groups: &AutoScalingGroups,
    desired: &AutoScalingGroup,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let began = Instant::now();
    until(IN_SERVICE_DEADLINE, context, async || {
        let Some(group) = groups.find(&desired.name).await? else { return not_found("the group", began) };
        let (there, wanted) = (in_service(&group), wanted(desired));
        if there >= wanted {
            return Ok(Look::Done(()));
        }
        let last_failure = last_failure(&groups.0, &desired.name).await?;
        let why = last_failure.map(|reason| format!(" (the last one failed: {reason})")).unwrap_or_default();
        Ok(Look::NotYet(format!("{there} of {wanted} instances in service{why}")))
    })
    .await
}

/// Whether the fewest instances that the group may have are in service.
pub fn are_all_there(group: &Described, desired: &AutoScalingGroup) -> bool {
    in_service(group) >= wanted(desired)
}

fn in_service(group: &Described) -> usize {
    let is_in_service = |state: Option<&LifecycleState>| state == Some(&LifecycleState::InService);
    group.instances().iter().filter(|it| is_in_service(it.lifecycle_state())).count()
}

fn wanted(desired: &AutoScalingGroup) -> usize {
    usize::try_from(desired.min_size).unwrap_or_default()
}

async fn last_failure(aws: &Aws, group: &str) -> Result<Option<String>, Failure> {
    let request = aws.autoscaling.describe_scaling_activities().auto_scaling_group_name(group);
    let answer = request.max_records(5).send().await.explain("describe what the group did")?;
    let newest = answer.activities().first();
    let failed = newest.filter(|it| it.status_code() == Some(&ScalingActivityStatusCode::Failed));
    Ok(failed.and_then(|activity| activity.status_message().map(str::to_owned)))
}

/// Lets the group end its instances, which ECS had protected.
///
/// # Errors
/// When a protection can't be taken away.
pub async fn unprotect(aws: &Aws, group: &Described) -> Result<(), Failure> {
    let name = group.auto_scaling_group_name().unwrap_or_default();
    let protected =
        group.instances().iter().filter(|instance| instance.protected_from_scale_in() == Some(true));
    let ids: Vec<String> =
        protected.filter_map(|instance| instance.instance_id().map(str::to_owned)).collect();
    for ids in ids.chunks(INSTANCES_PER_CALL) {
        let request = aws.autoscaling.set_instance_protection().auto_scaling_group_name(name);
        let done = request.set_instance_ids(Some(ids.to_vec())).protected_from_scale_in(false).send().await;
        if aws.is_emulated() && done.as_ref().is_err_and(|error| problem_of(error).is_unknown_call()) {
            return Ok(());
        }
        // An instance that is ending already can't be changed, and need not be.
        done.unless(&["ValidationError"], "take the instances' protection away")?;
    }
    Ok(())
}
