//! Blue/green, linear and canary: stages, weights, bake times, rollbacks, superseding.

use super::super::{
    Action, Event, Moment, MonitorStatus, RolloutState, ServiceDeploymentStatus, ServiceSpec, Stage,
    Strategy, Timings,
};
use super::cloud::Cloud;
use super::{GROUP, OTHER_GROUP, RULE, TEST_RULE, seconds, staged, steady};
use crate::service::DeploymentAlarms;
use insta::assert_snapshot;

const BLUE_GREEN: Strategy = Strategy::BlueGreen { bake: seconds_const(60) };

const fn seconds_const(seconds: u64) -> std::time::Duration {
    std::time::Duration::from_secs(seconds)
}

/// Every stage with the second in which it was first seen.
fn stages(cloud: &mut Cloud, wait: u64) -> Vec<String> {
    let from = cloud.now;
    let mut seen: Vec<(Stage, u64)> = Vec::new();
    let mut look = |cloud: &mut Cloud| {
        let stage = cloud.service.service_deployments()[0].stage.unwrap();
        if seen.last().is_none_or(|(last, _)| *last != stage) {
            seen.push((stage, cloud.now.since(from).as_secs()));
        }
    };
    look(cloud);
    cloud.run_checked(seconds(wait), look);
    seen.into_iter().map(|(stage, second)| format!("{second} {stage}")).collect()
}

/// Green's share of a rule, with the second in which it was set.
fn shares(cloud: &Cloud, from: Moment, of: &str, green: &str) -> Vec<(u64, u32)> {
    let set =
        cloud.actions.iter().filter(|(moment, _)| *moment >= from).filter_map(
            |(moment, action)| match action {
                Action::SetWeights { rule, weights } if rule == of => Some((*moment, weights)),
                _ => None,
            },
        );
    set.map(|(moment, weights)| {
        let share = weights.iter().find(|(group, _)| group == green).unwrap().1;
        (moment.since(from).as_secs(), share)
    })
    .collect()
}

fn rule(cloud: &Cloud, name: &str) -> Vec<(String, u32)> {
    let mut weights = cloud.rules[name].clone();
    weights.sort();
    weights
}

#[test]
fn a_first_blue_green_deployment_takes_the_first_group() {
    let cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    assert_eq!(rule(&cloud, RULE), [(GROUP.to_owned(), 100), (OTHER_GROUP.to_owned(), 0)]);
    assert_eq!(cloud.service.service_deployments()[0].status, ServiceDeploymentStatus::Successful);
    assert_eq!(cloud.service.revisions()[0].target_groups, [GROUP]);
}

#[test]
fn blue_green_shifts_all_then_bakes_then_cleans_up() {
    let mut cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    let from = cloud.now;
    cloud.update(staged("better", BLUE_GREEN, Vec::new()));
    let seen = stages(&mut cloud, 120);
    assert_snapshot!(seen.join("\n"), @r#"
        0 SCALE_UP
        4 BAKE_TIME
        64 CLEAN_UP
        "#);
    assert_eq!(shares(&cloud, from, TEST_RULE, OTHER_GROUP), [(4, 100)]);
    assert_eq!(shares(&cloud, from, RULE, OTHER_GROUP), [(4, 100)]);
    assert_snapshot!(cloud.timeline(from).join("\n"), @r#"
        0 (service web) has started 2 tasks: (task T1) (task T2).
        1 (service web) registered 1 targets in (target-group group/green)
        1 (service web) registered 1 targets in (target-group group/green)
        64 (service web) has stopped 2 running tasks: (task T3) (task T4).
        64 (service web) deregistered 2 targets in (target-group group/blue)
        64 (service web, taskSet D1) has begun draining connections on 2 tasks.
        70 (service web) (deployment D2) deployment completed.
        70 (service web) has reached a steady state.
        "#);
    let deployment = &cloud.service.service_deployments()[0];
    assert_eq!(deployment.status, ServiceDeploymentStatus::Successful);
    assert_eq!((deployment.target.production_weight, deployment.target.running), (Some(100.0), 2));
    assert_eq!((deployment.sources[0].production_weight, deployment.sources[0].running), (Some(0.0), 0));
}

#[test]
fn both_revisions_run_in_full_until_the_bake_is_over() {
    let mut cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    cloud.update(staged("better", BLUE_GREEN, Vec::new()));
    cloud.run(seconds(30));
    assert_eq!(cloud.service.running_count(), 4);
    let deployments = cloud.service.deployments();
    assert_eq!([deployments[0].desired_count, deployments[1].desired_count], [2, 2]);
}

#[test]
fn the_groups_take_turns() {
    let mut cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    for (name, group) in [("v2", OTHER_GROUP), ("v3", GROUP), ("v4", OTHER_GROUP)] {
        cloud.update(staged(name, BLUE_GREEN, Vec::new()));
        cloud.run(seconds(120));
        assert!(cloud.service.is_steady());
        assert_eq!(cloud.service.revisions().last().unwrap().target_groups, [group]);
        assert!(cloud.rules[RULE].contains(&(group.to_owned(), 100)));
    }
}

#[test]
fn a_rolling_deployment_stays_in_the_group_that_serves() {
    let mut cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    cloud.update(staged("v2", BLUE_GREEN, Vec::new()));
    cloud.run(seconds(120));
    cloud.update(staged("v3", Strategy::Rolling, Vec::new()));
    cloud.run(seconds(120));
    assert!(cloud.service.is_steady());
    assert_eq!(cloud.service.revisions().last().unwrap().target_groups, [OTHER_GROUP]);
}

#[test]
fn a_canary_gets_a_part_waits_and_gets_the_rest() {
    let canary = Strategy::Canary { percent: 2.5, canary_bake: seconds(600), bake: seconds(300) };
    let mut cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    let from = cloud.now;
    cloud.update(staged("better", canary, Vec::new()));
    let seen = stages(&mut cloud, 1000);
    assert_snapshot!(seen.join("\n"), @r#"
        0 SCALE_UP
        4 PRODUCTION_TRAFFIC_SHIFT
        604 BAKE_TIME
        904 CLEAN_UP
        "#);
    assert_eq!(shares(&cloud, from, RULE, OTHER_GROUP), [(4, 25), (604, 100)]);
}

#[test]
fn linear_steps_end_with_the_rest() {
    let linear = Strategy::Linear { step: 40.0, step_bake: seconds(60), bake: seconds(0) };
    let mut cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    let from = cloud.now;
    cloud.update(staged("better", linear, Vec::new()));
    cloud.run(seconds(300));
    assert_eq!(shares(&cloud, from, RULE, OTHER_GROUP), [(4, 40), (64, 80), (124, 100)]);
    assert!(cloud.service.is_steady());
}

#[test]
fn without_a_load_balancer_the_stages_are_the_same() {
    let headless = |name: &str| ServiceSpec { strategy: BLUE_GREEN, ..super::spec(name, 2) };
    let mut cloud = steady(headless("good"));
    cloud.update(headless("better"));
    let seen = stages(&mut cloud, 120);
    assert_eq!(seen.last().unwrap(), "64 CLEAN_UP");
    assert!(cloud.service.is_steady());
    assert!(cloud.rules.is_empty());
}

#[test]
fn a_green_that_fails_is_stopped_and_nobody_sees_it() {
    let mut cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    let from = cloud.now;
    cloud.update(staged("exits", BLUE_GREEN, Vec::new()));
    cloud.run(seconds(120));
    let deployment = &cloud.service.service_deployments()[0];
    assert_eq!(deployment.status, ServiceDeploymentStatus::RollbackSuccessful);
    assert_eq!(deployment.circuit_breaker.status, MonitorStatus::Triggered);
    assert!(shares(&cloud, from, RULE, OTHER_GROUP).is_empty());
    assert_eq!(cloud.service.running_count(), 2);
    assert!(cloud.service.is_steady());
}

#[test]
fn an_alarm_during_the_bake_shifts_back_at_once() {
    let watched = |name: &str| {
        let alarms = DeploymentAlarms { alarm_names: vec!["slow".to_owned()], enable: true, rollback: true };
        ServiceSpec { alarms, ..staged(name, BLUE_GREEN, Vec::new()) }
    };
    let mut cloud = steady(watched("good"));
    let from = cloud.now;
    cloud.update(watched("better"));
    cloud.run(seconds(30));
    cloud.give(Event::Alarms(vec!["slow".to_owned()])).unwrap();
    assert_eq!(shares(&cloud, from, RULE, OTHER_GROUP), [(4, 100), (30, 0)]);
    assert_eq!(shares(&cloud, from, TEST_RULE, OTHER_GROUP), [(4, 100), (30, 0)]);
    cloud.run(seconds(30));
    assert_eq!(cloud.tasks_of("good"), 2, "blue ran all the time");
    assert_eq!(cloud.service.service_deployments()[0].status, ServiceDeploymentStatus::RollbackSuccessful);
    assert_eq!(cloud.service.deployments().len(), 1);
}

#[test]
fn stopping_rolls_back_and_then_there_is_nothing_to_stop() {
    let mut cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    cloud.update(staged("better", BLUE_GREEN, Vec::new()));
    cloud.run(seconds(30));
    let stop = |arn: &str| Event::StopDeployment { deployment: arn.to_owned(), abort: false };
    let arn = cloud.service.service_deployments()[0].arn.clone();
    cloud.give(stop(&arn)).unwrap();
    assert_eq!(cloud.service.service_deployments()[0].status, ServiceDeploymentStatus::RollbackInProgress);
    cloud.give(stop(&arn)).unwrap();
    cloud.run(seconds(30));
    assert_eq!(cloud.service.service_deployments()[0].status, ServiceDeploymentStatus::RollbackSuccessful);
    assert_eq!(cloud.give(stop(&arn)).unwrap_err().code, "ConflictException");
    assert_eq!(cloud.give(stop("other")).unwrap_err().code, "ServiceDeploymentNotFoundException");
    assert_eq!(cloud.service.deployments()[0].rollout_state, RolloutState::Completed);
}

#[test]
fn aborting_leaves_all_as_it_is() {
    let mut cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    cloud.update(staged("better", BLUE_GREEN, Vec::new()));
    cloud.run(seconds(30));
    let deployment = cloud.service.service_deployments()[0].arn.clone();
    cloud.give(Event::StopDeployment { deployment, abort: true }).unwrap();
    cloud.run(seconds(300));
    assert_eq!(cloud.service.service_deployments()[0].status, ServiceDeploymentStatus::Stopped);
    assert_eq!(cloud.service.running_count(), 4);
}

#[test]
fn a_superseding_deployment_reconciles_first() {
    let canary = Strategy::Canary { percent: 10.0, canary_bake: seconds(600), bake: seconds(0) };
    let mut cloud = steady(staged("good", canary, Vec::new()));
    cloud.update(staged("v2", canary, Vec::new()));
    cloud.run(seconds(60));
    let from = cloud.now;
    cloud.update(staged("v3", BLUE_GREEN, Vec::new()));
    let seen = stages(&mut cloud, 200);
    assert_snapshot!(seen.join("\n"), @r#"
        0 RECONCILE_SERVICE
        6 SCALE_UP
        10 BAKE_TIME
        70 CLEAN_UP
        "#);
    assert_eq!(shares(&cloud, from, RULE, OTHER_GROUP), [(0, 0), (10, 100)]);
    assert_eq!(cloud.service.service_deployments()[1].status, ServiceDeploymentStatus::Stopped);
    assert!(cloud.service.tasks().values().all(|task| task.of.spec.task_definition == "v3"));
}

#[test]
fn scaling_during_the_bake_scales_both() {
    let mut cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    cloud.update(staged("better", BLUE_GREEN, Vec::new()));
    cloud.run(seconds(30));
    cloud.update(ServiceSpec { desired_count: 3, ..staged("better", BLUE_GREEN, Vec::new()) });
    cloud.run(seconds(20));
    assert_eq!(cloud.service.running_count(), 6);
    cloud.run(seconds(120));
    assert_eq!(cloud.service.running_count(), 3);
    assert!(cloud.service.is_steady());
}

#[test]
fn tasks_that_never_get_healthy_end_a_stage_after_a_day() {
    let patient = |name: &str| {
        let mut spec = staged(name, BLUE_GREEN, Vec::new());
        spec.circuit_breaker.enable = false;
        spec
    };
    let mut cloud = Cloud::new(patient("good"), Timings::prompt());
    cloud.run(seconds(600));
    cloud.update(patient("hangs"));
    cloud.run(seconds(23 * 3600));
    assert_eq!(cloud.service.service_deployments()[0].status, ServiceDeploymentStatus::InProgress);
    cloud.run(seconds(2 * 3600));
    assert_eq!(cloud.service.service_deployments()[0].status, ServiceDeploymentStatus::RollbackSuccessful);
}
