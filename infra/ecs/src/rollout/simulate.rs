//! The scheduler on a virtual clock: what a deployment will do, step by step, without AWS and without tasks.

mod clock;
mod names;
mod world;
mod zone_outage;

pub use zone_outage::{ZoneOutage, ZoneStep, ZonesAfter};

use super::{
    LoadBalancer, MonitorStatus, ServiceDeployment, ServiceDeploymentStatus, ServiceSpec, Stage, Strategy,
    Timings,
};
use crate::service::{CircuitBreaker, DeploymentAlarms};
use serde::Serialize;
use std::time::Duration;
use world::World;

/// A deployment to be tried out: a service behind a load balancer gets another revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// How many tasks the service wants.
    pub desired_count: u32,
    /// Percent of them that stays healthy.
    pub minimum_healthy_percent: u32,
    /// Percent of them that may run.
    pub maximum_percent: u32,
    /// How the revision takes over.
    pub strategy: Strategy,
    /// Gives a deployment up whose tasks fail.
    pub circuit_breaker: CircuitBreaker,
    /// Whether the service is being created, so that there is nothing to go back to.
    pub first: bool,
    /// What is wrong with the new revision's tasks.
    pub fault: Option<Fault>,
    /// How fast tasks are.
    pub pace: Pace,
}

/// What is wrong with tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// They exit a second after they began to run.
    Exit,
    /// They run, and fail the load balancer's health checks.
    Health,
    /// Their image can't be pulled.
    Image,
}

/// How long tasks and targets take. ECS's scheduler itself reacts at once, and a task that is told to stop stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// From a task's start until it runs: placing it, pulling its image. At least a second.
    pub start: Duration,
    /// From then until the load balancer knows whether it is healthy. At least a second.
    pub health: Duration,
    /// The target groups' deregistration delay: so long a target drains.
    pub draining: Duration,
}

/// What a deployment did.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Simulated {
    /// All changes, each at another second.
    pub steps: Vec<Step>,
    /// So many failed tasks are too many; none without a circuit breaker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_threshold: Option<u32>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a service is after something changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Since the deployment began.
    pub seconds: u64,
    /// The old revision's tasks.
    pub old: TaskCounts,
    /// The new revision's.
    pub new: TaskCounts,
    /// The new revision's tasks that have failed, as the circuit breaker counts them.
    pub failed_tasks: u32,
    /// The stages that have begun since the step before; none of a rolling deployment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
    /// Who gets the users' requests; none of a rolling deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic: Option<TrafficShares>,
    /// The service events since the step before, with `new-1` for a task's id and `ecs-svc/new` for a deployment's.
    pub events: Vec<String>,
}

/// A revision's tasks, without those that are being stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TaskCounts {
    /// They run.
    pub running: u32,
    /// They start.
    pub pending: u32,
}

/// Percent of the production traffic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TrafficShares {
    /// The old revision's.
    pub old: f64,
    /// The new one's.
    pub new: f64,
}

/// How a deployment ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Of the service deployment. `IN_PROGRESS` if it would never end.
    pub status: ServiceDeploymentStatus,
    /// Why, in ECS's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How long it took.
    pub seconds: u64,
    /// Its percentages let it neither start nor stop a task.
    pub blocked: bool,
}

impl Simulation {
    /// Carries it out until the deployment has ended, or it is plain that it never will.
    pub fn run(&self) -> Simulated {
        self.run_with(Timings::prompt())
    }

    /// How long it takes with a scheduler that takes this long for what nobody configures; nothing of one that does not succeed.
    pub fn takes(&self, timings: Timings) -> Option<Duration> {
        let outcome = self.run_with(timings).outcome;
        let succeeds = outcome.status == ServiceDeploymentStatus::Successful;
        succeeds.then(|| Duration::from_secs(outcome.seconds))
    }

    fn run_with(&self, timings: Timings) -> Simulated {
        let mut world = World::new(self, timings);
        let steps = world.deploy();
        let seconds = steps.last().map(|step| step.seconds).unwrap_or_default();
        let deployment = world.deployment();
        let breaker = deployment.map(|it| it.circuit_breaker);
        let breaker = breaker.filter(|breaker| breaker.status != MonitorStatus::Disabled);
        Simulated {
            steps,
            failure_threshold: breaker.map(|breaker| breaker.threshold),
            outcome: Outcome {
                status: deployment.map_or(ServiceDeploymentStatus::Pending, |it| it.status),
                reason: deployment.and_then(reason),
                seconds,
                blocked: world.is_blocked(),
            },
        }
    }

    fn spec(&self) -> ServiceSpec {
        let staged = self.strategy != Strategy::Rolling;
        let balancer = LoadBalancer {
            target_group: if staged { "blue" } else { "web" }.to_owned(),
            container: "web".to_owned(),
            container_port: 8080,
            alternate_target_group: staged.then(|| "green".to_owned()),
            production_rule: staged.then(|| "production".to_owned()),
            test_rule: None,
        };
        ServiceSpec {
            task_definition: "web".to_owned(),
            desired_count: self.desired_count,
            daemon: false,
            minimum_healthy_percent: self.minimum_healthy_percent,
            maximum_percent: self.maximum_percent,
            strategy: self.strategy,
            circuit_breaker: self.circuit_breaker,
            alarms: DeploymentAlarms::default(),
            early_success: None,
            hooks: Vec::new(),
            load_balancers: vec![balancer],
            grace_period: Duration::ZERO,
            has_container_health_check: false,
            rebalances_zones: false,
            zones: Vec::new(),
            rest_of_revision: serde_json::Value::Null,
        }
    }
}

/// Why it was given up: a rollback that succeeds leaves the reason of its start.
fn reason(deployment: &ServiceDeployment) -> Option<String> {
    let rollback = deployment.rollback.as_ref().filter(|rollback| rollback.revision.is_some());
    deployment.status_reason.clone().or_else(|| Some(rollback?.reason.clone()))
}
