//! What is no failure.

use super::super::{StoppedTask, cause_of_event, cause_of_placement, cause_of_stop, cause_of_target};
use super::example::{stopped, target, web};

#[test]
fn a_task_that_is_stopped_on_purpose_has_no_cause() {
    for (code, reason) in [
        (
            "ServiceSchedulerInitiated",
            "Scaling activity initiated by (deployment ecs-svc/1234567890123456789)",
        ),
        ("UserInitiated", "Task stopped by user"),
        ("UserInitiated", "replaced by hand"),
        ("ServiceSchedulerInitiated", "Task stopped due to AZ rebalancing"),
        ("", "Task stopped during instance draining"),
    ] {
        assert_eq!(cause_of_stop(&stopped(code, reason), &web()), None, "{reason}");
    }
    assert_eq!(cause_of_stop(&StoppedTask::default(), &web()), None);
}

#[test]
fn a_target_on_its_way_has_no_cause() {
    for (state, reason, description) in [
        ("initial", "Elb.RegistrationInProgress", "Target registration is in progress"),
        ("initial", "Elb.InitialHealthChecking", "Initial health checks in progress"),
        ("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"),
        ("unused", "Target.NotRegistered", "Target is not registered to the target group"),
        ("unavailable", "Target.HealthCheckDisabled", "Health checks are disabled"),
        ("healthy", "", ""),
    ] {
        assert_eq!(cause_of_target(&target(state, reason, description), &web()), None, "{state} {reason}");
    }
}

#[test]
fn ordinary_events_have_no_cause() {
    for text in [
        "has started 2 tasks: (task 26e17af95b5e431893308026b892584f) (task \
         0123456789abcdef0123456789abcdef).",
        "has started 1 tasks: (task 26e1). Amazon ECS replaced 1 tasks due to an unhealthy status.",
        "registered 1 targets in (target-group arn:aws:elasticloadbalancing:x:1:targetgroup/agent/1)",
        "deregistered 1 targets in (target-group arn:aws:elasticloadbalancing:x:1:targetgroup/web/1)",
        "has stopped 2 running tasks: (task 26e1) (task 26e2).",
        "stopped 1 pending tasks.",
        "has reached a steady state.",
        "(deployment ecs-svc/1234567890123456789) deployment completed.",
        "(deployment ecs-svc/1234567890123456789) deployment failed: tasks failed to start.",
        "rolling back to deployment ecs-svc/1234567890123456789.",
        "is not AZ balanced with 3 tasks in eu-central-1a, 1 tasks in eu-central-1c. AZ Rebalancing in \
         progress.",
    ] {
        assert_eq!(cause_of_event(&format!("(service unable-to-spot) {text}"), &web()), None, "{text}");
    }
    let draining = "(service web, taskSet ecs-svc/1) has begun draining connections on 1 tasks.";
    assert_eq!(cause_of_event(draining, &web()), None);
}

#[test]
fn an_unknown_reason_of_run_task_stays_as_it_is() {
    assert_eq!(cause_of_placement("SOMETHING NEW"), None);
}
