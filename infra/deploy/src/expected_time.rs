//! How long a rollout will take, as far as that is known before: what its strategy, its health check and its target group wait for.

mod live;

pub use live::of_live_services;

use infra_ecs::rollout::{Pace, Simulation, Strategy, Timings};
use infra_ecs::service::{CircuitBreaker, DeploymentConfiguration, SchedulingStrategy};
use infra_engine::stack::Node;
use infra_engine::{Output, Resource, Stack};
use infra_resources::{Service, TargetGroup};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::time::Duration;

/// By how much the waits of the local AWS are shorter; `cargo xtask` sets it beside the endpoint.
pub const SPEED: &str = "LOCAL_AWS_SPEED";

/// On AWS a task is placed, gets a network interface and pulls its image. Nothing of it is documented, and it depends on the image.
const STARTS_ON_AWS: Duration = Duration::from_secs(30);
/// The image is on this machine already.
const STARTS_LOCALLY: Duration = Duration::from_secs(1);
/// More tasks are replaced as many are.
const MOST_TASKS: u32 = 100;

/// What is known of a rollout before.
#[derive(Clone, Debug)]
pub struct Expectation {
    simulation: Simulation,
    timings: Timings,
    /// So long a rolling deployment watches its alarms in the end.
    watches: Duration,
    /// So long it has been under way.
    gone: Duration,
}

/// What a target group makes a rollout wait for.
#[derive(Clone, Copy, Debug)]
struct Waits {
    /// Between two health checks; a new target needs one success.
    health_check_interval: Duration,
    deregistration_delay: Duration,
}

/// What is known of each service's rollout, by its logical name. `speed` is that of a local AWS.
pub fn of_services(stack: &Stack, speed: Option<f64>) -> HashMap<String, Expectation> {
    let nodes = stack.nodes().iter().filter(|node| node.id.kind == Service::KIND);
    let known = |node: &Node| Some((node.id.logical_name.clone(), of_node(stack, node, speed)?));
    nodes.filter_map(known).collect()
}

fn of_node(stack: &Stack, node: &Node, speed: Option<f64>) -> Option<Expectation> {
    let service: Service = value(node)?;
    let group = service.load_balancers.first()?.target_group_arn.as_ref()?;
    let Output::Of(reference) = group else { return None };
    let group: TargetGroup = value(&stack.nodes()[stack.index_of(reference.resource())?])?;
    let interval = group.health_check.interval_seconds.unsigned_abs();
    let waits = Waits {
        health_check_interval: Duration::from_secs(interval.into()),
        deregistration_delay: Duration::from_secs(group.deregistration_delay_seconds.into()),
    };
    let deployment = service.deployment_configuration.unwrap_or_default();
    Expectation::of(&deployment, service.scheduling_strategy, waits, speed)
}

/// The speed of the local AWS that this run is for, where it is for one.
pub fn local_speed(local: bool) -> Option<f64> {
    let speed = || std::env::var(SPEED).ok()?.parse().ok().filter(|speed| *speed > 0.0);
    local.then(|| speed().unwrap_or(1.0))
}

impl Expectation {
    /// Nothing is known of daemons, and of deployments that wait for somebody.
    fn of(
        deployment: &DeploymentConfiguration,
        scheduling: Option<SchedulingStrategy>,
        waits: Waits,
        speed: Option<f64>,
    ) -> Option<Self> {
        if !deployment.lifecycle_hooks.is_empty() || scheduling == Some(SchedulingStrategy::Daemon) {
            return None;
        }
        let faster = |wait: Duration| wait.div_f64(speed.unwrap_or(1.0));
        let pace = Pace {
            start: if speed.is_some() { STARTS_LOCALLY } else { STARTS_ON_AWS },
            // Locally it is checked at once.
            health: if speed.is_some() { STARTS_LOCALLY } else { waits.health_check_interval },
            draining: faster(waits.deregistration_delay),
        };
        let strategy = Strategy::of(deployment);
        let has_alarms = deployment.alarms.as_ref().is_some_and(|alarms| alarms.enable);
        let percent = |percent: Option<i32>, default| percent.map_or(default, i32::unsigned_abs);
        let timings = if speed.is_some() { Timings::prompt() } else { Timings::seen() };
        let watches = has_alarms && strategy == Strategy::Rolling;
        let simulation = Simulation {
            desired_count: 1,
            minimum_healthy_percent: percent(deployment.minimum_healthy_percent, 100),
            maximum_percent: percent(deployment.maximum_percent, 200),
            strategy: strategy.sped_up(speed.unwrap_or(1.0)),
            circuit_breaker: CircuitBreaker::default(),
            first: false,
            fault: None,
            pace,
        };
        let watches = if watches { faster(timings.alarm_bake) } else { Duration::ZERO };
        Some(Self { simulation, timings, watches, gone: Duration::ZERO })
    }

    /// How long it still takes with so many tasks, in the place of others or as the first ones; nothing where it never ends, or
    /// should have ended.
    pub fn time(&self, tasks: u32, first: bool) -> Option<Duration> {
        let simulation =
            Simulation { desired_count: tasks.min(MOST_TASKS), first, ..self.simulation.clone() };
        let whole = simulation.takes(self.timings)? + self.watches;
        whole.checked_sub(self.gone).filter(|rest| !rest.is_zero())
    }
}

fn value<T: DeserializeOwned>(node: &Node) -> Option<T> {
    serde_json::from_value(node.desired.clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra::registry::ImageTags;
    use infra::{Destination, Settings, program};

    fn expectation(settings: &[&str], speed: Option<f64>) -> Option<Expectation> {
        let settings: Vec<_> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let settings = Settings::with_overrides(&settings).unwrap();
        let destination =
            Destination { account_id: "111122223333".to_owned(), region: "eu-west-1".to_owned() };
        let tags: ImageTags =
            settings.apps.specs().iter().map(|app| (app.name, "src-0".to_owned())).collect();
        let program = program(&"demo".parse().unwrap(), &settings, &destination, &tags).unwrap();
        let services = of_services(&program.stack, speed);
        services.get("web").cloned()
    }

    fn expected(settings: &[&str], speed: Option<f64>) -> Option<u64> {
        expectation(settings, speed)?.time(2, false).map(|time| time.as_secs())
    }

    #[test]
    fn a_canary_takes_its_bakes_and_the_time_of_its_tasks() {
        let canary = ["web.deployment.strategy=canary"];
        let (rolling, whole) = (expected(&[], None).unwrap(), expected(&canary, None).unwrap());
        assert!((60..300).contains(&rolling), "{rolling}");
        // 10 minutes with a part of the traffic, 5 with all of it.
        assert!((15 * 60..19 * 60).contains(&whole), "{whole}");
        let shorter = ["web.deployment.strategy=canary", "web.deployment.canary_bake_minutes=4"];
        assert_eq!(expected(&shorter, None), Some(whole - 6 * 60));
    }

    #[test]
    fn a_local_aws_waits_less_at_its_speed() {
        let canary = ["web.deployment.strategy=canary"];
        let [slow, fast] = [1.0, 60.0].map(|speed| expected(&canary, Some(speed)).unwrap());
        assert!((15 * 60..17 * 60).contains(&slow), "{slow}");
        assert!((15..25).contains(&fast), "{fast}");
    }

    #[test]
    fn nobody_knows_how_long_somebody_takes_to_decide() {
        let pauses =
            ["web.deployment.strategy=blue-green", "web.deployment.pause_at=POST_TEST_TRAFFIC_SHIFT"];
        assert_eq!(expected(&pauses, None), None);
    }

    #[test]
    fn what_has_been_under_way_has_the_rest_before_it_and_nobody_knows_of_what_is_late() {
        let whole = expectation(&["web.deployment.strategy=canary"], None).unwrap();
        let rest = |gone| Expectation { gone, ..whole.clone() }.time(2, false);
        let minute = Duration::from_secs(60);
        assert_eq!(rest(minute), whole.time(2, false).map(|time| time - minute));
        assert_eq!(rest(60 * minute), None);
    }
}
