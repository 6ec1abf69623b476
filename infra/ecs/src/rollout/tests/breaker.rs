//! The circuit breaker: what it counts, when it trips, what it restores.

use super::super::breaker::threshold;
use super::super::{
    DeploymentStatus, Event, MonitorStatus, RolloutState, ServiceDeploymentStatus, ServiceSpec, Timings,
};
use super::cloud::Cloud;
use super::{balanced, seconds, spec, steady};
use crate::service::{CircuitBreaker, CircuitBreakerThreshold, ThresholdType};
use insta::assert_snapshot;

#[test]
fn the_threshold_is_half_of_the_tasks_between_3_and_200() {
    let breaker = CircuitBreaker::default();
    assert_eq!([0, 1, 6, 25, 400, 4000].map(|desired| threshold(&breaker, desired)), [3, 3, 3, 13, 200, 200]);
    let of = |threshold_type, value| CircuitBreaker {
        threshold_configuration: Some(CircuitBreakerThreshold { threshold_type, value }),
        ..CircuitBreaker::default()
    };
    assert_eq!(threshold(&of(ThresholdType::Count, 7), 1), 7);
    assert_eq!(threshold(&of(ThresholdType::BoundedPercent, 10), 10), 3);
    assert_eq!(threshold(&of(ThresholdType::UnboundedPercent, 10), 15), 2);
    assert_eq!(threshold(&of(ThresholdType::Count, -1), 15), 1);
}

#[test]
fn tasks_that_run_for_a_moment_and_exit_trip_it_at_3() {
    let mut cloud = steady(spec("good", 2));
    let from = cloud.now;
    cloud.update(spec("exits", 2));
    cloud.run(seconds(120));
    let deployment = &cloud.service.service_deployments()[0];
    assert_eq!(deployment.circuit_breaker.failure_count, 3);
    assert_eq!(deployment.circuit_breaker.status, MonitorStatus::Triggered);
    assert_eq!(deployment.status, ServiceDeploymentStatus::RollbackSuccessful);
    let reason = "Service deployment rolled back because the circuit breaker threshold was exceeded.";
    assert_eq!(deployment.status_reason.as_deref(), Some(reason));
    assert_snapshot!(cloud.timeline(from).join("\n"), @r#"
        0 (service web) has started 2 tasks: (task T1) (task T2).
        3 (service web) has started 1 tasks: (task T3).
        3 (service web) has started 1 tasks: (task T4).
        6 (service web) (deployment D1) deployment failed: tasks failed to start.
        6 (service web) rolling back to deployment D2.
        6 (service web) has stopped 1 running tasks: (task T4).
        6 (service web) (deployment D2) deployment completed.
        6 (service web) has reached a steady state.
        "#);
    let [restored] = cloud.service.deployments() else { panic!() };
    assert_eq!(
        (restored.status, restored.rollout_state),
        (DeploymentStatus::Primary, RolloutState::Completed)
    );
    assert_eq!(restored.spec.task_definition, "good");
    assert_eq!(cloud.tasks_of("good"), 2, "the old tasks served all the time");
}

#[test]
fn an_image_that_is_missing_is_tried_again_ever_later() {
    let mut cloud = steady(spec("good", 1));
    let from = cloud.now;
    cloud.update(spec("unpullable", 1));
    cloud.run(seconds(600));
    assert_snapshot!(cloud.timeline(from).join("\n"), @r#"
        0 (service web) has started 1 tasks: (task T1).
        1 (service web) was unable to place a task. Reason: CannotPullContainerError: not found.
        61 (service web) has started 1 tasks: (task T2).
        62 (service web) was unable to place a task. Reason: CannotPullContainerError: not found.
        182 (service web) has started 1 tasks: (task T3).
        183 (service web) was unable to place a task. Reason: CannotPullContainerError: not found.
        183 (service web) (deployment D1) deployment failed: tasks failed to start.
        183 (service web) rolling back to deployment D2.
        183 (service web) (deployment D2) deployment completed.
        183 (service web) has reached a steady state.
        "#);
}

#[test]
fn sick_tasks_are_replaced_and_counted() {
    for sick in [spec("sick", 1), balanced("sick", 1)] {
        let good = ServiceSpec { task_definition: "good".to_owned(), ..sick.clone() };
        let mut cloud = steady(good);
        cloud.update(sick);
        cloud.run(seconds(200));
        assert_eq!(
            cloud.service.service_deployments()[0].status,
            ServiceDeploymentStatus::RollbackSuccessful
        );
        assert_eq!(cloud.tasks_of("good"), 1, "the old task served all the time");
        assert!(cloud.service.is_steady());
    }
}

#[test]
fn the_events_of_a_sick_revision_behind_a_load_balancer() {
    let mut cloud = steady(balanced("good", 1));
    let from = cloud.now;
    cloud.update(balanced("sick", 1));
    cloud.run(seconds(200));
    assert_snapshot!(cloud.timeline(from).join("\n"), @r#"
        0 (service web) has started 1 tasks: (task T1).
        1 (service web) registered 1 targets in (target-group group/blue)
        4 (service web) has started 1 tasks: (task T2). Amazon ECS replaced 1 tasks due to an unhealthy status.
        4 (service web) (task T1) (port 8080) is unhealthy in (target-group group/blue) due to (reason Health checks failed with these codes: [503]).
        4 (service web) has stopped 1 running tasks: (task T1).
        4 (service web) deregistered 1 targets in (target-group group/blue)
        4 (service web, taskSet D1) has begun draining connections on 1 tasks.
        5 (service web) registered 1 targets in (target-group group/blue)
        8 (service web) has started 1 tasks: (task T3). Amazon ECS replaced 1 tasks due to an unhealthy status.
        8 (service web) (task T2) (port 8080) is unhealthy in (target-group group/blue) due to (reason Health checks failed with these codes: [503]).
        8 (service web) has stopped 1 running tasks: (task T2).
        8 (service web) deregistered 1 targets in (target-group group/blue)
        8 (service web, taskSet D1) has begun draining connections on 1 tasks.
        9 (service web) registered 1 targets in (target-group group/blue)
        12 (service web) (deployment D1) deployment failed: tasks failed to start.
        12 (service web) rolling back to deployment D2.
        12 (service web) has stopped 1 running tasks: (task T3).
        12 (service web) deregistered 1 targets in (target-group group/blue)
        12 (service web, taskSet D1) has begun draining connections on 1 tasks.
        18 (service web) (deployment D2) deployment completed.
        18 (service web) has reached a steady state.
        "#);
}

#[test]
fn a_first_deployment_has_nothing_to_go_back_to() {
    let mut cloud = Cloud::new(spec("exits", 2), Timings::prompt());
    cloud.run(seconds(600));
    let deployment = &cloud.service.service_deployments()[0];
    assert_eq!(deployment.status, ServiceDeploymentStatus::RollbackFailed);
    assert_eq!(
        deployment.status_reason.as_deref(),
        Some("No rollback candidate was found to run the rollback.")
    );
    assert_eq!(cloud.service.deployments()[0].rollout_state, RolloutState::Failed);
    assert!(cloud.service.tasks().is_empty());
    assert!(cloud.tasks_of("exits") <= 5);
    cloud.update(spec("good", 2));
    cloud.run(seconds(60));
    assert!(cloud.service.is_steady(), "the next one begins afresh");
    assert_eq!(cloud.service.deployments().len(), 1);
}

#[test]
fn without_rollback_it_stays_as_it_is() {
    let mut bad = spec("exits", 2);
    bad.circuit_breaker.rollback = false;
    let mut cloud = steady(spec("good", 2));
    cloud.update(bad);
    cloud.run(seconds(600));
    assert_eq!(cloud.service.service_deployments()[0].status, ServiceDeploymentStatus::Stopped);
    let deployments = cloud.service.deployments();
    assert_eq!(deployments[0].rollout_state, RolloutState::Failed);
    assert_eq!(deployments[0].rollout_state_reason, "ECS deployment circuit breaker: tasks failed to start.");
    assert_eq!(deployments[1].running_count, 2);
    assert!(!cloud.service.is_steady());
}

#[test]
fn without_a_breaker_it_never_ends_and_says_that_it_is_impaired() {
    let mut bad = spec("unpullable", 1);
    bad.circuit_breaker.enable = false;
    let mut cloud = steady(spec("good", 1));
    cloud.update(bad);
    cloud.run(seconds(20 * 3600));
    let messages = cloud.messages();
    let said = "(service web) is unable to consistently start tasks successfully.";
    assert_eq!(messages.iter().filter(|message| *message == said).count(), 1);
    let tries = cloud.tasks_of("unpullable");
    assert!((40..60).contains(&tries), "{tries}: at most 27 minutes between them");
    assert_eq!(cloud.service.deployments()[0].rollout_state, RolloutState::InProgress);
}

#[test]
fn a_healthy_task_sets_the_count_to_zero_unless_it_may_not() {
    for (reset, expected) in [(None, 0), (Some(false), 1)] {
        let mut first = spec("good", 1);
        first.circuit_breaker.reset_on_healthy_task = reset;
        let mut cloud = Cloud::new(first, Timings::prompt());
        cloud.give(Event::Tick).unwrap();
        cloud.run(seconds(2));
        let task = cloud.task("good");
        cloud.status(
            0,
            &task,
            super::cloud::stopped("EssentialContainerExited", "Essential container in task exited"),
        );
        cloud.run(seconds(60));
        assert_eq!(cloud.service.service_deployments()[0].circuit_breaker.failure_count, expected);
    }
}

#[test]
fn what_comes_back_keeps_its_id_and_a_third_deployment_has_no_candidate() {
    let stop_first =
        |name: &str| ServiceSpec { minimum_healthy_percent: 0, maximum_percent: 100, ..spec(name, 1) };
    let mut cloud = steady(stop_first("good"));
    let good = cloud.service.deployments()[0].id.clone();
    cloud.update(stop_first("exits"));
    cloud.run(seconds(1));
    cloud.run_until(|service| service.deployments()[0].id == good);
    let restoring = &cloud.service.deployments()[0];
    let reason = format!("ECS deployment circuit breaker: rolling back to deploymentId {good}.");
    assert_eq!(restoring.rollout_state_reason, reason);
    assert_eq!(restoring.rollout_state, RolloutState::InProgress);
    cloud.update(stop_first("sick"));
    cloud.run(seconds(600));
    assert_eq!(cloud.service.service_deployments()[1].status, ServiceDeploymentStatus::Stopped);
    assert_eq!(cloud.service.service_deployments()[0].status, ServiceDeploymentStatus::RollbackFailed);
    assert_eq!(cloud.service.deployments()[0].rollout_state, RolloutState::Failed);
}
