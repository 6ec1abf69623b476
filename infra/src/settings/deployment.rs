//! The settings of an app's deployments: how a new revision takes over, and what stops it.

use super::Settings;
use super::range::{Allowed, MOST, Range, Violation, settings};
use super::texts::{ALARMS, PAUSES};
use Allowed::{Number, Optional, Text, Word};
use infra_ecs::service::LifecycleStage;
use serde::{Deserialize, Serialize};

settings! {
    /// How a new revision takes over. All but `rolling` use a second target group, to which ECS moves the traffic.
    pub struct DeploymentSettings {
        /// `rolling` replaces tasks in batches; the others start all new tasks beside the old ones and then move the traffic:
        /// at once, in equal steps, or a little first.
        strategy: Strategy = Strategy::Rolling,
            Word(&["rolling", "blue-green", "linear", "canary"]),
            "DeploymentConfiguration (strategy), Amazon ECS API Reference";
        /// But with `rolling`: minutes in which the old tasks still run after the traffic has moved, so that going back is
        /// instant.
        bake_time_minutes: u32 = 5,
            Number(0, 1440), "DeploymentConfiguration (bakeTimeInMinutes), Amazon ECS API Reference";
        /// With `canary`: percent of the traffic that moves first.
        canary_percent: u16 = 5,
            Number(1, 100), "CanaryConfiguration (canaryPercent), Amazon ECS API Reference";
        /// With `canary`: minutes until the rest follows.
        canary_bake_minutes: u32 = 10,
            Number(0, 1440), "CanaryConfiguration (canaryBakeTimeInMinutes), Amazon ECS API Reference";
        /// With `linear`: percent of the traffic that moves in each step.
        step_percent: u16 = 10, Number(3, 100), "LinearConfiguration (stepPercent), Amazon ECS API Reference";
        /// With `linear`: minutes after each step but the last.
        step_bake_minutes: u32 = 6,
            Number(0, 1440), "LinearConfiguration (stepBakeTimeInMinutes), Amazon ECS API Reference";
        /// But with `rolling`: a port of the load balancer on which the new tasks are reached before users reach them, such as
        /// 8080; 0 for none.
        test_port: u16 = 0, Number(0, 65_535), "CreateListener (Port), Elastic Load Balancing API Reference";
        /// But with `rolling`: stages at which a deployment waits, up to a day, until somebody lets it continue; separated by
        /// commas, such as `POST_TEST_TRAFFIC_SHIFT`.
        pause_at: Option<String> = None,
            Optional(&Text(&PAUSES)),
            "DeploymentLifecycleHook (lifecycleStages), Amazon ECS API Reference";
        /// CloudWatch alarms that roll a deployment back when they go off, separated by commas.
        alarms: Option<String> = None,
            Optional(&Text(&ALARMS)), "DeploymentAlarms (alarmNames), Amazon ECS API Reference";
        /// With `rolling`: after so many failed tasks ECS rolls back; as ECS decides, half of the desired count but at least 3,
        /// if left out.
        circuit_breaker_threshold: Option<u32> = None,
            Optional(&Number(1, MOST)),
            "DeploymentCircuitBreaker (thresholdConfiguration), Amazon ECS API Reference";
        /// With `rolling`: a deployment has succeeded once so many percent of the desired tasks are healthy and no old one is left,
        /// and the rest follow; all of them if left out. Not below `minimum_healthy_percent`.
        early_success_percent: Option<u16> = None,
            Optional(&Number(0, 100)),
            "DeploymentConfiguration (earlySuccessCriteria), Amazon ECS API Reference";
    }
}

/// How a new revision takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Tasks are replaced in batches.
    Rolling,
    /// All traffic at once, after all new tasks run.
    BlueGreen,
    /// Traffic in equal steps.
    Linear,
    /// A little traffic, then the rest.
    Canary,
}

impl DeploymentSettings {
    /// Whether ECS moves the traffic between two target groups.
    pub fn shifts_traffic(&self) -> bool {
        self.strategy != Strategy::Rolling
    }

    /// The port of the load balancer for tests, if there is one.
    pub fn test_port(&self) -> Option<u16> {
        Some(self.test_port).filter(|&port| port != 0 && self.shifts_traffic())
    }

    /// The stages at which it waits.
    pub fn pauses(&self) -> Vec<LifecycleStage> {
        items(self.pause_at.as_deref().unwrap_or_default()).filter_map(stage).collect()
    }

    /// The names of the alarms.
    pub fn alarm_names(&self) -> Vec<&str> {
        items(self.alarms.as_deref().unwrap_or_default()).filter(|name| !name.is_empty()).collect()
    }
}

/// The parts of a text between commas.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim)
}

/// A stage at which a deployment can wait: not while traffic moves.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/pause-lifecycle-hooks.html>
pub(super) fn stage(name: &str) -> Option<LifecycleStage> {
    let stages = [
        LifecycleStage::ReconcileService,
        LifecycleStage::PreScaleUp,
        LifecycleStage::PostScaleUp,
        LifecycleStage::PostTestTrafficShift,
        LifecycleStage::PreProductionTrafficShift,
        LifecycleStage::PostProductionTrafficShift,
    ];
    stages.into_iter().find(|stage| stage.as_str() == name)
}

/// Where deployments are at odds with other settings.
pub(super) fn violations(settings: &Settings) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut taken = vec![80, 443];
    for (spec, app) in settings.apps.iter() {
        let name = spec.name;
        if let Some(port) = app.deployment.test_port() {
            if taken.contains(&port) {
                found.push(Violation {
                    key: format!("{name}.deployment.test_port"),
                    value: port.to_string(),
                    allowed:
                        "allowed is any port but 80 and 443, where users come in, and other apps' test ports"
                            .to_owned(),
                    page: "",
                });
            }
            taken.push(port);
        }
        let early = app.deployment.early_success_percent.filter(|_| !app.deployment.shifts_traffic());
        if let Some(percent) = early.filter(|&percent| i32::from(percent) < app.minimum_healthy_percent) {
            found.push(Violation {
                key: format!("{name}.deployment.early_success_percent"),
                value: percent.to_string(),
                allowed: format!(
                    "allowed is {name}.minimum_healthy_percent={} to 100",
                    app.minimum_healthy_percent
                ),
                page: "DeploymentConfiguration (earlySuccessCriteria), Amazon ECS API Reference",
            });
        }
        let by_requests = app.scaling.enabled.then_some(app.scaling.requests_per_task).flatten();
        if let Some(requests) = by_requests.filter(|_| app.deployment.shifts_traffic()) {
            found.push(Violation {
                key: format!("{name}.scaling.requests_per_task"),
                value: requests.to_string(),
                allowed: format!(
                    "allowed is null unless {name}.deployment.strategy=rolling: requests are counted for one target group, \
                     and with the others two take turns"
                ),
                page: "Amazon ECS blue/green deployments (considerations), Amazon ECS Developer Guide",
            });
        }
    }
    found
}

/// What a strategy adds to the stack, and what is set and comes to nothing.
pub(super) fn warnings(settings: &Settings) -> Vec<String> {
    let mut warnings = Vec::new();
    for (spec, app) in settings.apps.iter() {
        let (name, deployment) = (spec.name, &app.deployment);
        if deployment.shifts_traffic() {
            warnings.push(format!(
                "{name}.deployment.strategy={}: adds a second target group{} and a role with which ECS moves the traffic, which \
                 cost nothing; during a deployment all tasks run twice",
                word(deployment.strategy),
                if deployment.test_port().is_some() { ", a listener for tests" } else { "" }
            ));
        }
        let idle = without_effect(deployment);
        if !idle.is_empty() {
            let keys = idle.iter().map(|key| format!("{name}.deployment.{key}")).collect::<Vec<_>>();
            warnings.push(format!(
                "{}: without effect with {name}.deployment.strategy={}",
                keys.join(", "),
                word(deployment.strategy)
            ));
        }
    }
    warnings
}

fn without_effect(given: &DeploymentSettings) -> Vec<&'static str> {
    let (default, strategy) = (DeploymentSettings::default(), given.strategy);
    let (shifts, canary, linear) =
        (given.shifts_traffic(), strategy == Strategy::Canary, strategy == Strategy::Linear);
    let settings = [
        ("bake_time_minutes", given.bake_time_minutes != default.bake_time_minutes, shifts),
        ("canary_percent", given.canary_percent != default.canary_percent, canary),
        ("canary_bake_minutes", given.canary_bake_minutes != default.canary_bake_minutes, canary),
        ("step_percent", given.step_percent != default.step_percent, linear),
        ("step_bake_minutes", given.step_bake_minutes != default.step_bake_minutes, linear),
        ("test_port", given.test_port != default.test_port, shifts),
        ("pause_at", given.pause_at.is_some(), shifts),
        ("circuit_breaker_threshold", given.circuit_breaker_threshold.is_some(), !shifts),
        ("early_success_percent", given.early_success_percent.is_some(), !shifts),
    ];
    settings.into_iter().filter(|(_, given, counts)| *given && !counts).map(|(key, ..)| key).collect()
}

fn word(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Rolling => "rolling",
        Strategy::BlueGreen => "blue-green",
        Strategy::Linear => "linear",
        Strategy::Canary => "canary",
    }
}
