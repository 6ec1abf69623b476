//! What is said of a rollout, how it ends, and when it is stopped.

use super::*;
use crate::diagnosis::{StoppedContainer, StoppedTask, UnhealthyTarget};

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn deployment(status: &str) -> Observation {
    let deployment = ServiceDeploymentSeen { status: status.to_owned(), ..ServiceDeploymentSeen::default() };
    Observation { revision: "web:2".to_owned(), deployment: Some(deployment), ..Observation::default() }
}

fn outcome(observation: &Observation) -> Option<Outcome> {
    Follower::new(false).see(observation, at(1)).outcome
}

fn dead(id: &str, code: i32) -> StoppedTask {
    StoppedTask {
        id: id.to_owned(),
        stop_code: Some("EssentialContainerExited".to_owned()),
        stopped_reason: Some("Essential container in task exited".to_owned()),
        containers: vec![StoppedContainer {
            name: "app".to_owned(),
            exit_code: Some(code),
            ..StoppedContainer::default()
        }],
        ran_for: Some(at(1)),
        ..StoppedTask::default()
    }
}

fn with_dead(ids: &[&str]) -> Observation {
    let stopped = ids.iter().map(|id| dead(id, 1)).collect();
    Observation { stopped, ..deployment("IN_PROGRESS") }
}

#[test]
fn what_does_not_change_is_said_once() {
    let mut follower = Follower::new(false);
    let look = deployment("IN_PROGRESS");
    assert_eq!(follower.see(&look, at(0)).reports.len(), 1);
    assert_eq!(follower.see(&look, at(1)), Seen::default());
    let counts = Counts { running: 1, ..Counts::default() };
    assert_eq!(follower.see(&Observation { counts, ..look }, at(2)).reports.len(), 1);
}

#[test]
fn an_event_is_said_once_however_often_it_is_described() {
    let message =
        Message { id: "1".to_owned(), at: 5.0, text: "(service web) has started 2 tasks".to_owned() };
    let look = Observation { messages: vec![message.clone()], ..deployment("IN_PROGRESS") };
    let mut follower = Follower::new(false);
    assert_eq!(follower.see(&look, at(0)).reports[0], Report::Message(message));
    assert_eq!(follower.see(&look, at(1)), Seen::default());
}

#[test]
fn each_end_has_its_outcome() {
    assert_eq!(outcome(&deployment("IN_PROGRESS")), None);
    assert_eq!(outcome(&deployment("ROLLBACK_IN_PROGRESS")), None);
    assert_eq!(outcome(&deployment("SUCCESSFUL")), Some(Outcome::Succeeded));
    assert!(matches!(outcome(&deployment("ROLLBACK_SUCCESSFUL")), Some(Outcome::RolledBack { .. })));
    assert!(matches!(outcome(&deployment("ROLLBACK_FAILED")), Some(Outcome::Failed { .. })));
    assert!(matches!(outcome(&deployment("STOPPED")), Some(Outcome::Stopped { rolled_back: false, .. })));
    let superseded = Observation { superseded: true, ..deployment("STOPPED") };
    assert_eq!(outcome(&superseded), Some(Outcome::Superseded));
    let failed = Observation { failed: Some("tasks failed to start".to_owned()), ..deployment("STOPPED") };
    assert_eq!(outcome(&failed), Some(Outcome::Failed { reason: "tasks failed to start".to_owned() }));
    assert_eq!(outcome(&Observation::default()), None, "ECS has no service deployment of it");
}

#[test]
fn a_hook_that_waits_is_an_end_for_who_follows() {
    let paused = Paused { hook_id: "ecs-pause-1".to_owned(), ..Paused::default() };
    let mut look = deployment("IN_PROGRESS");
    look.deployment.as_mut().unwrap().paused = Some(paused.clone());
    assert_eq!(outcome(&look), Some(Outcome::Paused(paused)));
}

#[test]
fn what_the_user_stops_is_stopped_and_not_rolled_back_by_ecs() {
    let mut follower = Follower::new(false);
    follower.stopping(Stop::User);
    let seen = follower.see(&deployment("ROLLBACK_SUCCESSFUL"), at(9));
    assert!(matches!(seen.outcome, Some(Outcome::Stopped { rolled_back: true, .. })));
}

#[test]
fn the_third_identical_death_is_enough() {
    let mut follower = Follower::new(false);
    assert_eq!(follower.see(&with_dead(&["1", "2"]), at(5)).hopeless, None);
    let seen = follower.see(&with_dead(&["3"]), at(9));
    assert!(seen.hopeless.is_some());
    assert!(matches!(&seen.reports[0], Report::Death(death) if death.times == 3));
    follower.stopping(Stop::Hopeless(seen.hopeless.unwrap()));
    assert_eq!(follower.see(&with_dead(&["4"]), at(10)).hopeless, None, "it is being stopped");
}

#[test]
fn a_task_that_is_stopped_for_its_health_check_died_of_what_its_target_answered() {
    let mut follower = Follower::new(false);
    let unhealthy = UnhealthyTarget {
        state: "unhealthy".to_owned(),
        reason: Some("Target.ResponseCodeMismatch".to_owned()),
        description: Some("Health checks failed with these codes: [404]".to_owned()),
        ..UnhealthyTarget::default()
    };
    follower.see(&Observation { unhealthy: vec![unhealthy], ..deployment("IN_PROGRESS") }, at(30));
    let stopped = StoppedTask {
        stop_code: Some("ServiceSchedulerInitiated".to_owned()),
        stopped_reason: Some("Task failed ELB health checks in (target-group x)".to_owned()),
        ..dead("one", 137)
    };
    follower.see(&Observation { stopped: vec![stopped], ..deployment("IN_PROGRESS") }, at(31));
    assert_eq!(follower.cause().map(|cause| cause.name), Some("health-check-status"));
}

#[test]
fn it_is_left_to_ecs_where_that_is_wished() {
    let seen = Follower::new(true).see(&with_dead(&["1", "2", "3", "4"]), at(5));
    assert_eq!(seen.hopeless, None);
}
