//! Pauses: continued, answered with a rollback, and forgotten.

use super::super::{Event, Hook, HookStatus, ServiceDeploymentStatus, Stage, Strategy};
use super::cloud::Cloud;
use super::{seconds, staged, steady};
use crate::service::{HookAction, LifecycleStage};

const BLUE_GREEN: Strategy = Strategy::BlueGreen { bake: std::time::Duration::ZERO };

fn hook(stage: LifecycleStage, action: HookAction) -> Hook {
    Hook { stages: vec![stage], timeout: seconds(3600), action }
}

/// A deployment that waits at a stage.
fn paused(stage: LifecycleStage, action: HookAction) -> Cloud {
    let mut cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    cloud.update(staged("better", BLUE_GREEN, vec![hook(stage, action)]));
    cloud.run(seconds(60));
    cloud
}

fn answer(cloud: &Cloud, roll_back: bool) -> Event {
    let current = &cloud.service.service_deployments()[0];
    let hook = current.hooks.last().unwrap().id.clone();
    Event::ContinueDeployment { deployment: current.arn.clone(), hook, roll_back }
}

#[test]
fn a_pause_holds_its_stage_until_it_is_continued() {
    for stage in [
        LifecycleStage::PreScaleUp,
        LifecycleStage::PostScaleUp,
        LifecycleStage::PostTestTrafficShift,
        LifecycleStage::PreProductionTrafficShift,
        LifecycleStage::PostProductionTrafficShift,
    ] {
        let mut cloud = paused(stage, HookAction::Rollback);
        let current = &cloud.service.service_deployments()[0];
        assert_eq!(current.stage.unwrap().to_string(), stage.as_str());
        assert_eq!(current.hooks[0].status, HookStatus::AwaitingAction);
        assert_eq!(current.hooks[0].id.len(), "ecs-pause-".len() + 43);
        cloud.give(answer(&cloud, false)).unwrap();
        cloud.run(seconds(60));
        assert!(cloud.service.is_steady());
        let ended = &cloud.service.service_deployments()[0];
        assert_eq!(
            (ended.status, ended.hooks[0].status),
            (ServiceDeploymentStatus::Successful, HookStatus::Succeeded)
        );
    }
}

#[test]
fn a_pause_answered_with_a_rollback_rolls_back() {
    let mut cloud = paused(LifecycleStage::PostTestTrafficShift, HookAction::Rollback);
    cloud.give(answer(&cloud, true)).unwrap();
    cloud.run(seconds(60));
    let ended = &cloud.service.service_deployments()[0];
    assert_eq!(ended.status, ServiceDeploymentStatus::RollbackSuccessful);
    assert_eq!(ended.hooks[0].status, HookStatus::Failed);
    assert!(cloud.service.is_steady());
    assert_eq!(cloud.service.deployments()[0].spec.task_definition, "good");
}

#[test]
fn a_pause_that_nobody_answers_gets_its_action() {
    let mut cloud = paused(LifecycleStage::PostTestTrafficShift, HookAction::Rollback);
    cloud.run(seconds(3600));
    let ended = &cloud.service.service_deployments()[0];
    assert_eq!(
        (ended.status, ended.hooks[0].status),
        (ServiceDeploymentStatus::RollbackSuccessful, HookStatus::TimedOut)
    );
    let reason = "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT pause hook timed out.";
    assert_eq!(ended.status_reason.as_deref(), Some(reason));
    let event = format!("(service web) (deployment D1) deployment failed: {reason}");
    assert!(
        cloud
            .timeline(cloud.service.service_deployments()[0].created)
            .iter()
            .any(|line| line.ends_with(&event))
    );

    let mut cloud = paused(LifecycleStage::PostTestTrafficShift, HookAction::Continue);
    cloud.run(seconds(3600));
    assert_eq!(cloud.service.service_deployments()[0].status, ServiceDeploymentStatus::Successful);
}

#[test]
fn each_step_of_a_linear_deployment_has_its_own_pause() {
    let linear = Strategy::Linear { step: 25.0, step_bake: seconds(10), bake: seconds(0) };
    let hook = hook(LifecycleStage::PreProductionTrafficShift, HookAction::Continue);
    let mut cloud = steady(staged("good", BLUE_GREEN, Vec::new()));
    cloud.update(staged("better", linear, vec![hook]));
    for step in 1..=4 {
        cloud.run(seconds(60));
        assert_eq!(cloud.service.service_deployments()[0].hooks.len(), step);
        assert_eq!(cloud.service.service_deployments()[0].stage, Some(Stage::PreProductionTrafficShift));
        cloud.give(answer(&cloud, false)).unwrap();
    }
    cloud.run(seconds(60));
    assert!(cloud.service.is_steady());
}

#[test]
fn answers_to_nothing_are_refused_in_ecs_words() {
    let mut cloud = paused(LifecycleStage::PostScaleUp, HookAction::Rollback);
    let deployment = cloud.service.service_deployments()[0].arn.clone();
    let ask = |hook: &str| Event::ContinueDeployment {
        deployment: deployment.clone(),
        hook: hook.to_owned(),
        roll_back: false,
    };
    let refusal = cloud.give(ask("1")).unwrap_err();
    assert_eq!(refusal.message, "Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}");
    let refusal = cloud.give(ask("ecs-pause-1")).unwrap_err();
    assert!(refusal.message.starts_with("Provided hookId is either completed"));
    let right = answer(&cloud, false);
    cloud.give(right.clone()).unwrap();
    cloud.run(seconds(60));
    let refusal = cloud.give(right).unwrap_err();
    assert!(refusal.message.ends_with("in terminal states."), "{refusal}");
}

#[test]
fn a_superseded_deployment_loses_its_pauses() {
    let mut cloud = paused(LifecycleStage::PostScaleUp, HookAction::Rollback);
    cloud.update(staged("best", BLUE_GREEN, Vec::new()));
    assert_eq!(cloud.service.service_deployments()[1].hooks[0].status, HookStatus::Failed);
    cloud.run(seconds(60));
    assert!(cloud.service.is_steady(), "{:#?}", cloud.messages());
}
