//! Health: replacement of tasks that fail, grace period, exits.

use super::super::{Event, LastStatus, TargetHealth};
use super::cloud::stopped;
use super::{GROUP, balanced, seconds, spec, steady};
use insta::assert_snapshot;

fn unhealthy() -> TargetHealth {
    TargetHealth::Unhealthy { description: "Request timed out".to_owned() }
}

#[test]
fn an_unhealthy_task_goes_when_its_replacement_is_healthy() {
    let mut cloud = steady(balanced("good", 2));
    let (from, task) = (cloud.now, cloud.task("good"));
    cloud.target(0, &task, GROUP, unhealthy());
    cloud.run(seconds(60));
    assert_snapshot!(cloud.timeline(from).join("\n"), @r#"
        0 (service web) has started 1 tasks: (task T1). Amazon ECS replaced 1 tasks due to an unhealthy status.
        1 (service web) registered 1 targets in (target-group group/blue)
        4 (service web) (task T2) (port 8080) is unhealthy in (target-group group/blue) due to (reason Request timed out).
        4 (service web) has stopped 1 running tasks: (task T2).
        4 (service web) deregistered 1 targets in (target-group group/blue)
        4 (service web, taskSet D1) has begun draining connections on 1 tasks.
        4 (service web) has reached a steady state.
        "#);
    let reason = format!("Task failed ELB health checks in (target-group {GROUP})");
    assert_eq!(cloud.stopped(), [("ServiceSchedulerInitiated".to_owned(), reason)]);
}

#[test]
fn a_task_that_can_not_be_registered_is_replaced_and_an_event_says_why() {
    let mut cloud = steady(balanced("good", 1));
    let (from, task) = (cloud.now, cloud.task("good"));
    let (target_group, message) = (GROUP.to_owned(), "not found".to_owned());
    cloud.give(Event::TargetNotRegistered { task, target_group, message }).unwrap();
    cloud.run(seconds(60));
    assert_snapshot!(cloud.timeline(from).join("\n"), @r#"
        0 (service web) failed to register targets in target-group group/blue with (error not found)
        0 (service web) has started 1 tasks: (task T1). Amazon ECS replaced 1 tasks due to an unhealthy status.
        1 (service web) registered 1 targets in (target-group group/blue)
        4 (service web) (task T2) (port 8080) is unhealthy in (target-group group/blue) due to (reason not found).
        4 (service web) has stopped 1 running tasks: (task T2).
        4 (service web) deregistered 1 targets in (target-group group/blue)
        4 (service web, taskSet D1) has begun draining connections on 1 tasks.
        4 (service web) has reached a steady state.
        "#);
}

#[test]
fn a_task_that_recovers_in_time_stays() {
    let mut cloud = steady(balanced("good", 2));
    let task = cloud.task("good");
    cloud.target(0, &task, GROUP, unhealthy());
    cloud.target(2000, &task, GROUP, TargetHealth::Healthy);
    cloud.run(seconds(60));
    assert!(cloud.service.tasks()[&task].healthy);
    assert!(cloud.service.is_steady());
    assert_eq!(cloud.service.tasks().len(), 2);
}

#[test]
fn without_room_above_an_unhealthy_task_stops_first() {
    let mut tight = spec("good", 2);
    (tight.minimum_healthy_percent, tight.maximum_percent) = (50, 100);
    let mut cloud = steady(tight);
    let (from, task) = (cloud.now, cloud.task("good"));
    cloud.container(0, &task, false);
    cloud.run_checked(seconds(60), |cloud| assert!(cloud.service.tasks().len() <= 2));
    assert_snapshot!(cloud.timeline(from).join("\n"), @r#"
        0 (service web) (task T1) failed container health checks.
        0 (service web) has stopped 1 running tasks: (task T1).
        1 (service web) has started 1 tasks: (task T2).
        5 (service web) has reached a steady state.
        "#);
}

#[test]
fn failed_checks_do_not_count_in_the_grace_period() {
    let mut patient = balanced("sick", 1);
    patient.grace_period = seconds(120);
    let mut cloud = super::cloud::Cloud::new(patient, super::Timings::prompt());
    cloud.run(seconds(119));
    assert_eq!(cloud.service.tasks().len(), 1);
    assert_eq!(cloud.service.service_deployments()[0].circuit_breaker.failure_count, 0);
    cloud.run(seconds(5));
    assert_eq!(cloud.service.service_deployments()[0].circuit_breaker.failure_count, 1);
}

#[test]
fn a_task_that_exits_is_deregistered_then_replaced_at_once() {
    let mut cloud = steady(balanced("good", 1));
    let (from, task) = (cloud.now, cloud.task("good"));
    cloud.status(0, &task, stopped("EssentialContainerExited", "Essential container in task exited"));
    cloud.run(seconds(60));
    assert_snapshot!(cloud.timeline(from).join("\n"), @r#"
        0 (service web) deregistered 1 targets in (target-group group/blue)
        0 (service web, taskSet D1) has begun draining connections on 1 tasks.
        0 (service web) has started 1 tasks: (task T1).
        1 (service web) registered 1 targets in (target-group group/blue)
        4 (service web) has reached a steady state.
        "#);
}

#[test]
fn a_task_without_checks_is_healthy_after_40_seconds() {
    let mut unchecked = spec("good", 1);
    unchecked.has_container_health_check = false;
    let mut cloud = super::cloud::Cloud::new(unchecked, super::Timings::prompt());
    cloud.run(seconds(40));
    assert!(!cloud.service.is_steady());
    cloud.run(seconds(2));
    assert!(cloud.service.is_steady());
}

#[test]
fn a_task_with_two_target_groups_has_to_be_healthy_in_both_and_leaves_both() {
    let two = |name: &str| {
        let mut spec = balanced(name, 1);
        let mut second = spec.load_balancers[0].clone();
        second.target_group = "group/second".to_owned();
        spec.load_balancers.push(second);
        spec
    };
    let mut cloud = steady(two("good"));
    let task = cloud.task("good");
    cloud.target(0, &task, "group/second", unhealthy());
    cloud.run(seconds(1));
    assert!(!cloud.service.tasks()[&task].healthy);
    cloud.run(seconds(4));
    assert_eq!(cloud.service.tasks()[&task].status, LastStatus::Deactivating);
    cloud.run(seconds(60));
    assert!(!cloud.service.tasks().contains_key(&task));
    assert!(cloud.service.is_steady());
}

#[test]
fn unknown_tasks_and_targets_are_ignored() {
    let mut cloud = steady(balanced("good", 1));
    let before = cloud.messages();
    cloud.container(0, "none", false);
    cloud.status(0, "none", stopped("UserInitiated", "Task stopped by user"));
    let known = cloud.task("good");
    cloud.target(0, &known, "group/other", unhealthy());
    cloud.give(Event::TaskNotPlaced { task: "none".to_owned(), message: "was unable".to_owned() }).unwrap();
    cloud.run(seconds(60));
    assert_eq!(cloud.messages(), before);
}
