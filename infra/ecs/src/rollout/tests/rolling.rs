//! Rolling deployments: batches, events, superseding, scaling, deletion.

use super::super::{
    Action, DeploymentStatus, Event, RolloutState, ServiceDeploymentStatus, ServiceStatus, Timings,
};
use super::cloud::Cloud;
use super::{balanced, seconds, spec, steady};
use crate::service::{DeploymentAlarms, EarlySuccessCriteria, RevisionCleanup};
use insta::assert_snapshot;

/// The tasks that were started and stopped, in order: `+2` and `-2`.
fn batches(cloud: &Cloud, from: usize) -> Vec<i32> {
    let mut batches: Vec<(super::super::Moment, i32)> = Vec::new();
    for (moment, action) in &cloud.actions[from..] {
        let change = match action {
            Action::StartTask { .. } => 1,
            Action::StopTask { .. } => -1,
            _ => continue,
        };
        match batches.last_mut() {
            Some((at, count)) if at == moment && count.signum() == change => *count += change,
            _ => batches.push((*moment, change)),
        }
    }
    batches.into_iter().map(|(_, count)| count).collect()
}

#[test]
fn a_first_deployment_starts_all_tasks_and_completes() {
    let cloud = steady(balanced("good", 2));
    assert_snapshot!(cloud.messages().join("\n"), @r#"
        (service web) has started 2 tasks: (task T1) (task T2).
        (service web) registered 1 targets in (target-group group/blue)
        (service web) registered 1 targets in (target-group group/blue)
        (service web) (deployment D1) deployment completed.
        (service web) has reached a steady state.
        "#);
    let deployment = &cloud.service.service_deployments()[0];
    assert_eq!(deployment.status, ServiceDeploymentStatus::Successful);
    assert!(deployment.sources.is_empty());
    assert_eq!(
        (deployment.target.requested, deployment.target.running, deployment.target.pending),
        (2, 2, 0)
    );
    assert_eq!(deployment.circuit_breaker.threshold, 3);
}

#[test]
fn an_update_says_what_it_does_in_ecs_words() {
    let mut cloud = steady(balanced("good", 1));
    let from = cloud.now;
    cloud.update(balanced("better", 1));
    cloud.run(seconds(60));
    assert_snapshot!(cloud.timeline(from).join("\n"), @r#"
        0 (service web) has started 1 tasks: (task T1).
        1 (service web) registered 1 targets in (target-group group/blue)
        4 (service web) has stopped 1 running tasks: (task T2).
        4 (service web) deregistered 1 targets in (target-group group/blue)
        4 (service web, taskSet D1) has begun draining connections on 1 tasks.
        10 (service web) (deployment D2) deployment completed.
        10 (service web) has reached a steady state.
        "#);
    assert_eq!(cloud.service.deployments().len(), 1);
    assert!(cloud.stopped()[0].1.starts_with("Scaling activity initiated by (deployment ecs-svc/"));
}

#[test]
fn with_ecs_cadence_each_thing_has_its_own_look() {
    let mut cloud = Cloud::new(balanced("good", 1), Timings::seen());
    cloud.run(seconds(600));
    let from = cloud.now;
    cloud.update(balanced("better", 1));
    cloud.run(seconds(300));
    assert_snapshot!(cloud.timeline(from).join("\n"), @r#"
        0 (service web) has started 1 tasks: (task T1).
        10 (service web) registered 1 targets in (target-group group/blue)
        20 (service web) has stopped 1 running tasks: (task T2).
        30 (service web) deregistered 1 targets in (target-group group/blue)
        30 (service web, taskSet D1) has begun draining connections on 1 tasks.
        90 (service web) (deployment D2) deployment completed.
        90 (service web) has reached a steady state.
        "#);
}

#[test]
fn the_bounds_make_the_batches() {
    for (minimum, maximum, expected) in [
        (100, 200, vec![4, -4]),
        (50, 100, vec![-2, 2, -2, 2]),
        (0, 100, vec![-4, 4]),
        (100, 150, vec![2, -1, 1, -1, 1, -2]),
    ] {
        let bounded = |name| {
            let mut spec = spec(name, 4);
            (spec.minimum_healthy_percent, spec.maximum_percent) = (minimum, maximum);
            spec
        };
        let mut cloud = steady(bounded("good"));
        let from = cloud.actions.len();
        cloud.update(bounded("better"));
        cloud.run(seconds(120));
        assert_eq!(batches(&cloud, from), expected, "{minimum}/{maximum}");
        assert!(cloud.service.is_steady());
    }
}

#[test]
fn bounds_without_room_are_said_once() {
    let bounded = |name| {
        let mut spec = spec(name, 3);
        spec.maximum_percent = 125;
        spec
    };
    let mut cloud = steady(bounded("good"));
    cloud.update(bounded("better"));
    cloud.run(seconds(3600));
    let said = cloud
        .messages()
        .into_iter()
        .filter(|message| message.contains("was unable to stop or start"))
        .count();
    assert_eq!(said, 1);
    assert_eq!(cloud.tasks_of("better"), 0);
    assert_eq!(cloud.service.running_count(), 3);
}

#[test]
fn a_newer_deployment_supersedes_one_in_flight_and_nothing_of_it_stays() {
    let mut cloud = steady(spec("good", 2));
    cloud.update(spec("hangs", 2));
    cloud.run(seconds(5));
    cloud.update(spec("better", 2));
    let deployments = cloud.service.deployments();
    assert_eq!(deployments.iter().filter(|it| it.status == DeploymentStatus::Primary).count(), 1);
    assert_eq!(cloud.service.service_deployments()[1].status, ServiceDeploymentStatus::Stopped);
    cloud.run(seconds(60));
    assert!(cloud.service.is_steady(), "{:#?}", cloud.messages());
    assert_eq!(cloud.service.deployments().len(), 1);
    assert!(cloud.service.tasks().values().all(|task| task.of.spec.task_definition == "better"));
    assert!(cloud.messages().contains(&"(service web) stopped 2 pending tasks.".to_owned()));
}

#[test]
fn forcing_makes_a_new_revision_of_the_same() {
    let mut cloud = steady(spec("good", 1));
    cloud.update(spec("good", 1));
    assert_eq!(cloud.service.revisions().len(), 1);
    cloud.give(Event::Update { spec: Box::new(spec("good", 1)), force: true }).unwrap();
    cloud.run(seconds(60));
    assert_eq!(cloud.service.revisions().len(), 2);
    assert_eq!(cloud.tasks_of("good"), 2);
    assert!(cloud.service.is_steady());
}

#[test]
fn scaling_is_no_deployment() {
    let mut cloud = steady(spec("good", 2));
    for desired in [5, 1, 0, 3] {
        cloud.update(spec("good", desired));
        cloud.run(seconds(60));
        assert_eq!(cloud.service.running_count(), desired);
        assert!(cloud.service.is_steady());
    }
    assert_eq!(cloud.service.service_deployments().len(), 1);
}

#[test]
fn scaling_during_a_deployment_counts_for_the_new_tasks() {
    let mut cloud = steady(spec("good", 4));
    cloud.update(spec("better", 4));
    cloud.run(seconds(1));
    cloud.update(spec("better", 2));
    cloud.run(seconds(60));
    assert_eq!(cloud.service.running_count(), 2);
    assert!(cloud.service.is_steady());
    assert_eq!(cloud.service.service_deployments().len(), 2);
}

#[test]
fn early_success_ends_a_deployment_before_all_tasks_are_healthy() {
    let early = |name: &str| {
        let mut spec = spec(name, 4);
        spec.minimum_healthy_percent = 50;
        spec.early_success = Some(EarlySuccessCriteria {
            enable: true,
            healthy_percent: Some(50),
            source_service_revision_cleanup: Some(RevisionCleanup::Deferred),
        });
        spec
    };
    let mut cloud = steady(early("good"));
    cloud.update(early("better"));
    let waits = cloud.service.deployments()[0].id.clone();
    cloud.run_until(|service| service.deployments()[0].rollout_state == RolloutState::Completed);
    assert_eq!(cloud.service.deployments()[0].id, waits);
    assert!(cloud.service.deployments().len() > 1, "the old tasks go later");
    cloud.run(seconds(60));
    assert_eq!(cloud.service.deployments().len(), 1);
    assert!(cloud.service.is_steady());
}

#[test]
fn alarms_roll_back_unless_they_were_on_before() {
    let watched = |name: &str| {
        let mut spec = spec(name, 1);
        spec.alarms = DeploymentAlarms {
            alarm_names: vec!["slow".to_owned(), "old".to_owned()],
            enable: true,
            rollback: true,
        };
        spec
    };
    let mut cloud = Cloud::new(watched("good"), Timings::prompt());
    cloud.service = cloud.service.despite_alarms(vec!["old".to_owned()]);
    cloud.run(seconds(600));
    assert_eq!(cloud.service.service_deployments()[0].status, ServiceDeploymentStatus::Successful);
    cloud.update(watched("better"));
    cloud.run(seconds(30));
    assert_eq!(
        cloud.service.deployments()[0].rollout_state,
        RolloutState::InProgress,
        "it watches for a while"
    );
    cloud.give(Event::Alarms(vec!["old".to_owned(), "slow".to_owned()])).unwrap();
    let from = cloud.now;
    cloud.run(seconds(60));
    assert_snapshot!(cloud.timeline(from).join("\n"), @r#"
        0 (service web) (deployment D1) deployment failed: alarm detected.
        0 (service web) rolling back to deployment D2.
        0 (service web) has started 1 tasks: (task T1).
        4 (service web) has stopped 1 running tasks: (task T2).
        5 (service web) (deployment D2) deployment completed.
        5 (service web) has reached a steady state.
        "#);
    let deployment = &cloud.service.service_deployments()[0];
    assert_eq!(deployment.status, ServiceDeploymentStatus::RollbackSuccessful);
    assert_eq!(deployment.alarms.triggered, ["slow"]);
}

#[test]
fn a_deleted_service_stops_its_tasks_and_is_no_more() {
    let mut cloud = steady(balanced("good", 2));
    cloud.give(Event::Delete).unwrap();
    assert_eq!(cloud.service.status(), ServiceStatus::Draining);
    cloud.run(seconds(30));
    assert_eq!(cloud.service.status(), ServiceStatus::Inactive);
    assert_eq!(cloud.service.next_wake(), None);
    let refusal = cloud.give(Event::Update { spec: Box::new(spec("good", 1)), force: true }).unwrap_err();
    assert_eq!(refusal.code, "ServiceNotActiveException");
}

#[test]
fn a_steady_service_says_so_again_after_six_hours() {
    let mut cloud = steady(spec("good", 1));
    cloud.run(seconds(13 * 3600));
    let said = cloud.messages().into_iter().filter(|message| message.ends_with("steady state.")).count();
    assert_eq!(said, 3);
}

#[test]
fn protected_tasks_are_left_alone() {
    let mut cloud = steady(spec("good", 2));
    let task = cloud.task("good");
    let until = Some(cloud.now + seconds(300));
    cloud.give(Event::Protection { task: task.clone(), until }).unwrap();
    cloud.update(spec("better", 2));
    cloud.run(seconds(60));
    assert!(cloud.service.tasks()[&task].is_live());
    let said = "(service web) was unable to reach steady state because (taskSet D1) was unable to scale in due to \
                (reason 1 tasks under protection)";
    assert_eq!(
        cloud.messages().iter().filter(|message| *message == said).count(),
        1,
        "{:#?}",
        cloud.messages()
    );
    cloud.run(seconds(300));
    assert!(cloud.service.is_steady());
    let unknown = cloud.give(Event::Protection { task: "none".to_owned(), until }).unwrap_err();
    assert_eq!(unknown.code, "TASK_NOT_VALID");
}

#[test]
fn thousands_of_tasks_are_no_trouble() {
    let mut cloud = Cloud::new(balanced("good", 1000), Timings::prompt());
    cloud.run(seconds(60));
    assert!(cloud.service.is_steady());
}
