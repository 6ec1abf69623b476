//! Alarms of CloudWatch, which the emulator has: deployments and step scaling policies act on them.

use crate::clock::Clock;
use crate::ecs::Ecs;
use crate::emulator::{Emulator, EmulatorError};
use crate::scaling::Scaling;
use infra_ecs::rollout::{Moment, ServiceSpec};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// Between two looks on ECS's clock, which may run fast, and at least in real time.
const LOOK: Duration = Duration::from_secs(5);
const LOOK_AT_LEAST: Duration = Duration::from_millis(200);
/// An alarm that stays on scales again after so long.
///
/// AWS: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html>
const AGAIN: Duration = Duration::from_secs(60);

/// An alarm in state `ALARM`.
struct Alarm {
    name: String,
    /// The ARNs of what it triggers.
    actions: Vec<String>,
    /// How far its metric is above its threshold, or below.
    distance: f64,
}

/// When an alarm last triggered a policy.
type Triggered = BTreeMap<(String, String), Moment>;

/// Looks at alarms again and again while there is a deployment or a step scaling policy that acts on them.
pub async fn watch(ecs: Arc<Ecs>, scaling: Arc<Scaling>) {
    let (mut triggered, mut silent) = (Triggered::new(), false);
    loop {
        tokio::time::sleep(ecs.clock.real_wait(LOOK).max(LOOK_AT_LEAST)).await;
        let policies = scaling.step_policies();
        if policies.is_empty() && !ecs.services.watch_alarms() {
            continue;
        }
        let asked = active(&ecs.emulator).await;
        if let (Err(error), false) = (&asked, silent) {
            eprintln!("alarms: {error}");
        }
        silent = asked.is_err();
        let Ok(alarms) = asked else { continue };
        ecs.services.say_alarms(&names(&alarms));
        trigger(&scaling, &ecs.clock, &policies, &alarms, &mut triggered);
    }
}

/// The names of the alarms that are on before a deployment begins, if it acts on alarms: they do not end it.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html>
pub async fn before_deployment(ecs: &Ecs, spec: &ServiceSpec) -> Vec<String> {
    if !spec.alarms.enable {
        return Vec::new();
    }
    active(&ecs.emulator).await.map(|alarms| names(&alarms)).unwrap_or_default()
}

fn names(alarms: &[Alarm]) -> Vec<String> {
    alarms.iter().map(|alarm| alarm.name.clone()).collect()
}

/// AWS: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>
async fn active(emulator: &Emulator) -> Result<Vec<Alarm>, EmulatorError> {
    let (mut alarms, mut token) = (Vec::new(), Value::Null);
    loop {
        let mut body = json!({"StateValue": "ALARM", "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]});
        if !token.is_null() {
            body["NextToken"] = token;
        }
        let page = emulator.json("monitoring", "GraniteServiceVersion20100801.DescribeAlarms", &body).await?;
        let kinds = [&page["MetricAlarms"], &page["CompositeAlarms"]].map(Value::as_array);
        alarms.extend(kinds.into_iter().flatten().flatten().filter_map(Alarm::read));
        token = page["NextToken"].clone();
        if token.as_str().is_none_or(str::is_empty) {
            return Ok(alarms);
        }
    }
}

impl Alarm {
    fn read(alarm: &Value) -> Option<Self> {
        let name = alarm["AlarmName"].as_str().filter(|_| alarm["StateValue"] == "ALARM")?;
        let actions = alarm["AlarmActions"].as_array().filter(|_| alarm["ActionsEnabled"] != false);
        let actions = actions.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        // A state that somebody has set need not say what was measured: it counts as the threshold itself.
        let data = alarm["StateReasonData"].as_str().unwrap_or_default();
        let data: Value = serde_json::from_str(data).unwrap_or_default();
        let measured = data["recentDatapoints"].as_array().and_then(|points| points.last()?.as_f64());
        let distance = measured.zip(alarm["Threshold"].as_f64()).map_or(0.0, |(value, bound)| value - bound);
        Some(Self { name: name.to_owned(), actions, distance })
    }
}

/// Alarms that have just gone on trigger their policies, those that stay on do it again each minute.
fn trigger(
    scaling: &Scaling,
    clock: &Clock,
    policies: &BTreeSet<String>,
    alarms: &[Alarm],
    triggered: &mut Triggered,
) {
    let (now, before) = (clock.now(), std::mem::take(triggered));
    for alarm in alarms {
        for policy in alarm.actions.iter().filter(|action| policies.contains(*action)) {
            let key = (policy.clone(), alarm.name.clone());
            let last = before.get(&key).copied().filter(|last| now.since(*last) < AGAIN);
            if last.is_none() {
                scaling.step_alarm(policy, &alarm.name, alarm.distance);
            }
            triggered.insert(key, last.unwrap_or(now));
        }
    }
}
