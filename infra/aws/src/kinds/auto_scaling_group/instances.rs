//! The instances of a group: which are outdated, waiting for the first ones, and letting them go.

use super::AutoScalingGroups;
use crate::Aws;
use crate::clients::AutoScaling;
use aws_sdk_autoscaling::types::{
    Activity, AutoScalingGroup as Described, LifecycleState, ScalingActivityStatusCode,
};
use infra_engine::{Context, Failure};
use infra_resources::AutoScalingGroup;
use infra_wire::poll::{Poll, not_found, poll_until};
use infra_wire::sdk_error::SdkResult;
use std::time::Duration;
use tokio::time::Instant;

const IN_SERVICE_DEADLINE: Duration = Duration::from_secs(600);
/// `SetInstanceProtection` takes at most so many.
const INSTANCES_PER_CALL: usize = 50;

/// How many instances run another version of the launch template than the group's. What is not reported counts as equal.
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
    poll_until(IN_SERVICE_DEADLINE, context, async || {
        let Some(group) = groups.find(&desired.name).await? else { return not_found("the group", began) };
        let (there, wanted) = (in_service(&group), wanted(desired));
        if there >= wanted {
            return Ok(Poll::Ready(()));
        }
        let why = last_failure(&groups.0, &desired.name).await?;
        let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
        Ok(Poll::Pending(format!("{there} of {wanted} instances in service{why}")))
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
    let request = aws.client::<AutoScaling>().describe_scaling_activities().auto_scaling_group_name(group);
    let answer = request.max_records(10).send().await.or_failure("describe what the group did")?;
    Ok(reason(answer.activities()))
}

/// Why the newest attempt that has ended came to nothing: AWS cancels those for which there is no capacity or no room in a
/// quota, and others fail. One that is under way says nothing yet, so the one before it counts.
fn reason(activities: &[Activity]) -> Option<String> {
    use ScalingActivityStatusCode::{Cancelled, Failed, Successful};
    let has_ended = |it: &&Activity| matches!(it.status_code(), Some(Cancelled | Failed | Successful));
    let is_of_an_end = |it: &&Activity| it.description().is_some_and(|text| text.starts_with("Terminating"));
    let newest = activities.iter().filter(|it| !is_of_an_end(it)).find(has_ended)?;
    let how = match newest.status_code()? {
        Cancelled => "was cancelled",
        Failed => "failed",
        _ => return None,
    };
    let reported = [newest.status_message(), newest.description(), newest.cause()];
    let why = reported.into_iter().flatten().find(|text| !text.is_empty()).unwrap_or("no reason given");
    Some(format!("the last one {how}: {why}"))
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
        let request = aws.client::<AutoScaling>().set_instance_protection().auto_scaling_group_name(name);
        let done = request.set_instance_ids(Some(ids.to_vec())).protected_from_scale_in(false).send().await;
        // An instance that is ending already can't be changed, and need not be.
        done.none_if(&["ValidationError"], "take the instances' protection away")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activity(status: ScalingActivityStatusCode, message: Option<&str>) -> Activity {
        let activity = Activity::builder().status_code(status).set_status_message(message.map(str::to_owned));
        activity.description("Launching a new EC2 instance").build()
    }

    #[test]
    fn a_cancelled_attempt_gives_its_reason_as_a_failed_one_does() {
        let no_room = Some("We currently do not have sufficient t2.micro capacity");
        let cancelled = activity(ScalingActivityStatusCode::Cancelled, no_room);
        let expected = "the last one was cancelled: We currently do not have sufficient t2.micro capacity";
        assert_eq!(reason(&[cancelled]).as_deref(), Some(expected));
        let failed = activity(ScalingActivityStatusCode::Failed, Some("VcpuLimitExceeded"));
        assert_eq!(reason(&[failed]).as_deref(), Some("the last one failed: VcpuLimitExceeded"));
    }

    #[test]
    fn an_attempt_under_way_does_not_hide_the_one_before_it() {
        let under_way = activity(ScalingActivityStatusCode::PreInService, None);
        let cancelled = activity(ScalingActivityStatusCode::Cancelled, None);
        let expected = "the last one was cancelled: Launching a new EC2 instance";
        assert_eq!(reason(&[under_way, cancelled]).as_deref(), Some(expected));
    }

    #[test]
    fn after_a_success_nothing_has_failed() {
        let succeeded = activity(ScalingActivityStatusCode::Successful, None);
        let failed = activity(ScalingActivityStatusCode::Failed, Some("old"));
        assert_eq!(reason(&[succeeded, failed.clone()]), None);
        assert_eq!(reason(&[]), None);
        let ended = Activity::builder().status_code(ScalingActivityStatusCode::Successful);
        let ended = ended.description("Terminating EC2 instance: i-1").build();
        assert_eq!(reason(&[ended, failed]).as_deref(), Some("the last one failed: old"));
    }
}
