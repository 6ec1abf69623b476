//! The loop under a scripted load, on a clock that tests advance.

use super::{Web, scaling};
use crate::scaling::Scaling;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

/// Sends so many requests a second until it is dropped.
fn load(web: &Arc<Web>, a_second: u64) -> tokio::task::JoinHandle<()> {
    let web = web.clone();
    tokio::spawn(async move {
        loop {
            web.state().requests += a_second;
            sleep(SECOND).await;
        }
    })
}

/// How long it takes until the service is to have another number of tasks, and that number.
async fn next_count(web: &Arc<Web>, within_minutes: u32) -> Option<(u64, u32)> {
    let (before, began) = (web.state().desired, Instant::now());
    while began.elapsed() <= SECOND * (within_minutes * 60) {
        let now = web.state().desired;
        if now != before {
            return Some((began.elapsed().as_secs(), now));
        }
        sleep(SECOND).await;
    }
    None
}

fn running(web: &Arc<Web>, min: u32, max: u32) -> Arc<Scaling> {
    let scaling = scaling(web).registered(min, max);
    tokio::spawn(scaling.clone().run());
    scaling
}

#[tokio::test(start_paused = true)]
async fn it_scales_out_a_little_over_three_minutes_after_the_load_began_and_in_about_fifteen_after_it_ended()
{
    let web = Web::with(2);
    let scaling = running(&web, 2, 8);
    scaling.track("ALBRequestCountPerTarget", 100.0, json!({ "ScaleInCooldown": 60 }));
    assert_eq!(next_count(&web, 20).await, None);
    let load = load(&web, 10);
    let (after, count) = next_count(&web, 10).await.unwrap();
    assert!((180..=261).contains(&after), "{after} s");
    assert_eq!(count, 6, "600 requests a minute");
    assert_eq!(next_count(&web, 30).await, None, "the load is what six tasks are for");
    load.abort();
    let (after, count) = next_count(&web, 20).await.unwrap();
    assert!((14 * 60..=17 * 60).contains(&after), "{after} s");
    assert_eq!(count, 5);
    let (after, count) = next_count(&web, 10).await.unwrap();
    assert!((60..=61).contains(&after), "{after} s");
    assert_eq!(count, 4);
    sleep(SECOND * 600).await;
    assert_eq!(web.state().desired, 2);
    let newest = &scaling.activities()[0];
    assert_eq!(newest["NotScaledReasons"], json!([{ "Code": "AlreadyAtMinCapacity", "MinCapacity": 2 }]));
}

#[tokio::test(start_paused = true)]
async fn cpu_and_memory_are_kept_in_percent_and_the_larger_count_wins() {
    let web = Web::with(2);
    let scaling = running(&web, 1, 10);
    scaling.track("ECSServiceAverageCPUUtilization", 50.0, json!({}));
    scaling.track("ECSServiceAverageMemoryUtilization", 50.0, json!({}));
    {
        let mut state = web.state();
        (state.cpu, state.memory) = (0.75, 0.9);
    }
    assert_eq!(next_count(&web, 5).await.map(|(_, count)| count), Some(4), "3 by CPU, 4 by memory");
}

#[tokio::test(start_paused = true)]
async fn while_one_policy_wants_its_tasks_the_other_does_not_scale_in() {
    let web = Web::with(4);
    let scaling = running(&web, 1, 10);
    scaling.track("ECSServiceAverageCPUUtilization", 50.0, json!({}));
    scaling.track("ECSServiceAverageMemoryUtilization", 50.0, json!({}));
    {
        let mut state = web.state();
        (state.cpu, state.memory) = (0.0, 0.49);
    }
    assert_eq!(next_count(&web, 40).await, None);
    web.state().memory = 0.1;
    assert_eq!(next_count(&web, 20).await.map(|(_, count)| count), Some(3));
}

#[tokio::test(start_paused = true)]
async fn in_a_deployment_it_scales_out_but_not_in() {
    let web = Web::with(2);
    let scaling = running(&web, 1, 10);
    scaling.track("ECSServiceAverageCPUUtilization", 50.0, json!({}));
    web.state().deploying = true;
    assert_eq!(next_count(&web, 40).await, None);
    let newest = &scaling.activities()[0];
    assert_eq!(newest["NotScaledReasons"][0]["Code"], "TargetServicePutResourceAsUnscalable");
    web.state().cpu = 1.0;
    assert_eq!(next_count(&web, 5).await.map(|(_, count)| count), Some(4));
}

#[tokio::test(start_paused = true)]
async fn what_is_suspended_does_not_happen() {
    let web = Web::with(2);
    let scaling = running(&web, 1, 10);
    scaling.track("ECSServiceAverageCPUUtilization", 50.0, json!({}));
    let suspend = |out: bool| {
        let state = json!({ "DynamicScalingInSuspended": true, "DynamicScalingOutSuspended": out });
        scaling.ok("RegisterScalableTarget", json!({ "SuspendedState": state }));
    };
    suspend(true);
    web.state().cpu = 1.0;
    assert_eq!(next_count(&web, 10).await, None);
    suspend(false);
    assert_eq!(next_count(&web, 2).await.map(|(_, count)| count), Some(4));
    web.state().cpu = 0.0;
    assert_eq!(next_count(&web, 40).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_action_sets_the_limits_and_the_count_at_once() {
    let web = Web::with(1);
    let scaling = running(&web, 1, 10);
    let action = json!({
        "ScheduledActionName": "often",
        "Schedule": "rate(5 minutes)",
        "ScalableTargetAction": { "MinCapacity": 3, "MaxCapacity": 5 },
    });
    scaling.ok("PutScheduledAction", action);
    let (after, count) = next_count(&web, 10).await.unwrap();
    assert!((300..=361).contains(&after), "{after} s");
    assert_eq!(count, 3);
    let texts: Vec<_> =
        scaling.activities().iter().map(|it| (it["Description"].clone(), it["Cause"].clone())).collect();
    let scheduled = "scheduled action name often was triggered";
    assert_eq!(
        texts,
        [
            (json!("Setting desired count to 3."), json!("minimum capacity was set to 3")),
            (json!("Setting min capacity to 3 and max capacity to 5"), json!(scheduled)),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_alarm_of_cloudwatch_triggers_a_step_policy_which_then_cools_down() {
    let web = Web::with(2);
    let scaling = scaling(&web).registered(1, 6);
    let steps = json!({
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [
            { "MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 10.0, "ScalingAdjustment": 2 },
            { "MetricIntervalLowerBound": 10.0, "ScalingAdjustment": 3 },
        ],
        "Cooldown": 60,
    });
    let body =
        json!({ "PolicyName": "up", "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": steps });
    let policy = scaling.ok("PutScalingPolicy", body)["PolicyARN"].as_str().unwrap().to_owned();
    let alarm = |distance: f64| {
        scaling.step_alarm(&policy, "cpu-high", distance);
        web.state().desired
    };
    assert_eq!(alarm(5.0), 4);
    assert_eq!(scaling.activities()[0]["Cause"], "monitor alarm cpu-high in state ALARM triggered policy up");
    assert_eq!(alarm(5.0), 4, "the two that were added count");
    assert_eq!(alarm(15.0), 5, "one more of three");
    sleep(SECOND * 61).await;
    assert_eq!(alarm(5.0), 6, "not more than the limit");
    scaling.step_alarm("arn:x", "cpu-high", 5.0);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_was_gone_is_measured_anew() {
    let web = Web::with(4);
    let scaling = running(&web, 1, 10);
    scaling.track("ECSServiceAverageCPUUtilization", 50.0, json!({}));
    sleep(SECOND * 60 * 14).await;
    web.state().gone = true;
    sleep(SECOND * 120).await;
    web.state().gone = false;
    assert_eq!(next_count(&web, 14).await, None);
    assert_eq!(next_count(&web, 4).await.map(|(_, count)| count), Some(3));
}

#[tokio::test(start_paused = true)]
async fn limits_of_one_scheduled_action_that_do_not_fit_are_not_set() {
    let web = Web::with(2);
    let scaling = running(&web, 1, 3);
    let limits = json!({ "MinCapacity": 5 });
    let action =
        json!({ "ScheduledActionName": "a", "Schedule": "rate(1 minute)", "ScalableTargetAction": limits });
    scaling.ok("PutScheduledAction", action);
    sleep(SECOND * 121).await;
    assert_eq!(web.state().desired, 2);
    let newest = &scaling.activities()[0];
    assert_eq!(newest["StatusCode"], "Failed");
}

#[tokio::test(start_paused = true)]
async fn a_faster_clock_has_faster_minutes() {
    let web = Web::with(2);
    let fast = Scaling::of(super::account(), crate::clock::Clock::new(60.0), web.clone()).registered(1, 10);
    tokio::spawn(fast.clone().run());
    fast.track("ECSServiceAverageCPUUtilization", 50.0, json!({}));
    web.state().cpu = 1.0;
    let (after, _) = next_count(&web, 1).await.unwrap();
    assert!(after <= 6, "{after} s");
}
