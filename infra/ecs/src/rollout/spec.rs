//! What a service is to be, as far as its rollout depends on it.

use crate::service::{
    CircuitBreaker, DeploymentAlarms, DeploymentConfiguration, DeploymentStrategy, EarlySuccessCriteria,
    HookAction, LifecycleStage,
};
use std::time::Duration;

/// A service as CreateService and UpdateService say it, with ECS's defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceSpec {
    /// The ARN of the task definition.
    pub task_definition: String,
    /// How many tasks; of a daemon, what its instances make it.
    pub desired_count: u32,
    /// One task on each instance.
    pub daemon: bool,
    /// Percent of the desired count that stays healthy.
    pub minimum_healthy_percent: u32,
    /// Percent of the desired count that may run.
    pub maximum_percent: u32,
    /// How a revision takes over.
    pub strategy: Strategy,
    /// Gives a deployment up whose tasks fail.
    pub circuit_breaker: CircuitBreaker,
    /// Gives a deployment up when an alarm goes off.
    pub alarms: DeploymentAlarms,
    /// Lets a deployment end before all its tasks are healthy.
    pub early_success: Option<EarlySuccessCriteria>,
    /// Pauses.
    pub hooks: Vec<Hook>,
    /// Who sends requests.
    pub load_balancers: Vec<LoadBalancer>,
    /// Failed health checks do not count so long after a task's start.
    pub grace_period: Duration,
    /// Whether essential containers have health checks.
    pub has_container_health_check: bool,
    /// Whether tasks are evened out over the zones.
    pub rebalances_zones: bool,
    /// The zones in which tasks may run.
    pub zones: Vec<String>,
    /// All else that a deployment depends on (network, platform version, volumes, ...): a change of it begins one.
    pub rest_of_revision: serde_json::Value,
}

/// How a revision takes over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Strategy {
    /// New tasks in place of old ones, a few at a time.
    Rolling,
    /// All new tasks beside the old ones, then all traffic at once.
    BlueGreen {
        /// Both revisions run so long after the traffic has moved.
        bake: Duration,
    },
    /// Traffic in equal steps.
    Linear {
        /// Percent.
        step: f64,
        /// After each step but the last.
        step_bake: Duration,
        /// After the last.
        bake: Duration,
    },
    /// A part of the traffic, then the rest.
    Canary {
        /// Percent.
        percent: f64,
        /// After the part.
        canary_bake: Duration,
        /// After the rest.
        bake: Duration,
    },
}

impl Strategy {
    /// The one of a deployment configuration, with ECS's defaults filled in.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>
    pub fn of(deployment: &DeploymentConfiguration) -> Self {
        let minutes = |minutes: i32| Duration::from_secs(u64::from(minutes.unsigned_abs()) * 60);
        let bake = minutes(deployment.bake_time_in_minutes.unwrap_or(0));
        if let Some(canary) = deployment.canary_configuration {
            let canary_bake = minutes(canary.canary_bake_time_in_minutes.unwrap_or(10));
            return Self::Canary { percent: canary.canary_percent.unwrap_or(5.0), canary_bake, bake };
        }
        if let Some(linear) = deployment.linear_configuration {
            let step_bake = minutes(linear.step_bake_time_in_minutes.unwrap_or(6));
            return Self::Linear { step: linear.step_percent.unwrap_or(10.0), step_bake, bake };
        }
        match deployment.strategy {
            Some(DeploymentStrategy::BlueGreen) => Self::BlueGreen { bake },
            _ => Self::Rolling,
        }
    }

    /// The same where all that it waits for takes so many times less.
    #[must_use]
    pub fn sped_up(self, speed: f64) -> Self {
        let short = |wait: Duration| wait.div_f64(speed);
        match self {
            Self::Rolling => Self::Rolling,
            Self::BlueGreen { bake } => Self::BlueGreen { bake: short(bake) },
            Self::Linear { step, step_bake, bake } => {
                Self::Linear { step, step_bake: short(step_bake), bake: short(bake) }
            }
            Self::Canary { percent, canary_bake, bake } => {
                Self::Canary { percent, canary_bake: short(canary_bake), bake: short(bake) }
            }
        }
    }
}

/// A pause at some stages.
#[derive(Clone, Debug, PartialEq)]
pub struct Hook {
    /// Where.
    pub stages: Vec<LifecycleStage>,
    /// How long it waits for an answer.
    pub timeout: Duration,
    /// What happens then.
    pub action: HookAction,
}

/// A target group in which the service's tasks are registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadBalancer {
    /// Its ARN.
    pub target_group: String,
    /// The container that listens.
    pub container: String,
    /// Its port inside.
    pub container_port: u16,
    /// The second target group of blue/green, linear and canary.
    pub alternate_target_group: Option<String>,
    /// The rule with the users' requests.
    pub production_rule: Option<String>,
    /// The rule with the tests' requests.
    pub test_rule: Option<String>,
}

/// How long ECS's scheduler takes for what nobody configures. Nothing of it is documented: see [`Timings::seen`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timings {
    /// Between two looks at a service in which tasks are started and stopped.
    pub pass: Duration,
    /// So long a task without health checks has to run to count as healthy.
    pub healthy_after: Duration,
    /// From the end of the last old task to the deployment's end.
    pub completion: Duration,
    /// The first delay after tasks that could not start; it doubles.
    pub first_retry: Duration,
    /// The longest such delay.
    pub longest_retry: Duration,
    /// A steady service says so again after this.
    pub steady_again: Duration,
    /// So long a rolling deployment watches its alarms when all new tasks are healthy and all old ones gone.
    pub alarm_bake: Duration,
}

impl Timings {
    /// As public records of real deployments show them.
    pub const fn seen() -> Self {
        Self {
            pass: Duration::from_secs(10),
            healthy_after: Duration::from_secs(40),
            completion: Duration::from_secs(50),
            first_retry: Duration::from_secs(60),
            longest_retry: Duration::from_secs(27 * 60),
            steady_again: Duration::from_secs(6 * 3600),
            alarm_bake: Duration::from_secs(3 * 60),
        }
    }

    /// What is documented alone: the scheduler reacts at once.
    pub const fn prompt() -> Self {
        Self { pass: Duration::ZERO, completion: Duration::ZERO, ..Self::seen() }
    }
}
