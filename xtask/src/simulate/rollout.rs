//! `simulate rollout`: what ECS does when a service gets another revision.

mod refused;
mod timeline;

use clap::ValueEnum;
use infra_ecs::rollout::{Fault, Pace, Simulation, Strategy};
use infra_ecs::service::{
    CanaryConfiguration, CircuitBreaker, DeploymentConfiguration, DeploymentStrategy, LinearConfiguration,
};
use std::time::Duration;

use super::print;
use refused::{blocked, checked};

const MORE: &str = "\
Examples:
  cargo xtask simulate rollout --desired 10 --min 50 --max 100
  cargo xtask simulate rollout --desired 4 --strategy canary --fail health";

/// Show over time what ECS does when a service gets another revision
///
/// The service is behind a load balancer. The scheduler is the one of the local AWS; tasks take as long as you say.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// How many tasks the service wants: at most 1000
    #[arg(long, value_name = "TASKS", default_value_t = 4, value_parser = clap::value_parser!(u16).range(..=1000))]
    desired: u16,

    /// The service's minimumHealthyPercent, which is rounded up to tasks
    #[arg(long, value_name = "PERCENT", default_value_t = 100, allow_negative_numbers = true)]
    min: i32,

    /// The service's maximumPercent, which is rounded down to tasks
    #[arg(long, value_name = "PERCENT", default_value_t = 200, allow_negative_numbers = true)]
    max: i32,

    /// How the revision takes over
    #[arg(long, value_enum, default_value_t = Way::Rolling)]
    strategy: Way,

    /// The bakeTimeInMinutes: both revisions run so long after the traffic has moved [default: 5, rolling: none]
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true)]
    bake: Option<i32>,

    /// Percent of the traffic that moves at first (canary) or each time (linear) [default: 5 or 10]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    step: Option<f64>,

    /// Minutes after each step but the last [default: canary 10, linear 6]
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true)]
    step_bake: Option<i32>,

    /// Seconds from a task's start until it runs
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=3600))]
    start: u32,

    /// Seconds from then until the load balancer knows whether it is healthy
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3600))]
    health: u32,

    /// Seconds for which an old task's target drains (AWS's default is 300)
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(..=3600))]
    deregistration_delay: u32,

    /// What is wrong with the new revision: its tasks exit, fail health checks, or have no image
    #[arg(long, value_enum)]
    fail: Option<Failing>,

    /// The service is new: there is nothing to go back to
    #[arg(long)]
    first: bool,

    /// The circuit breaker gives up without a rollback
    #[arg(long)]
    no_rollback: bool,

    /// No circuit breaker: ECS never gives up
    #[arg(long, conflicts_with = "no_rollback")]
    no_breaker: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    Rolling,
    BlueGreen,
    Linear,
    Canary,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Failing {
    /// They exit a second after they began to run
    Exit,
    /// They fail the load balancer's health checks
    Health,
    /// Their image can't be pulled
    Image,
}

/// Prints every step; a deployment that its percentages block is shown too, and an error.
pub fn run(options: &Options, json: bool) -> anyhow::Result<()> {
    let simulation = options.simulation()?;
    let simulated = simulation.run();
    print(json, &simulated, timeline::Timeline { simulation: &simulation, simulated: &simulated })?;
    if simulated.outcome.blocked { Err(blocked(&simulation).into()) } else { Ok(()) }
}

impl Options {
    /// What is to be tried out, if ECS takes it.
    fn simulation(&self) -> anyhow::Result<Simulation> {
        let deployment = self.deployment();
        checked(&deployment)?;
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        Ok(Simulation {
            desired_count: self.desired.into(),
            minimum_healthy_percent: self.min.unsigned_abs(),
            maximum_percent: self.max.unsigned_abs(),
            strategy: Strategy::of(&deployment),
            circuit_breaker: deployment.deployment_circuit_breaker.unwrap_or_default(),
            first: self.first,
            fault: self.fail.map(|fault| match fault {
                Failing::Exit => Fault::Exit,
                Failing::Health => Fault::Health,
                Failing::Image => Fault::Image,
            }),
            pace: Pace {
                start: seconds(self.start),
                health: seconds(self.health),
                draining: seconds(self.deregistration_delay),
            },
        })
    }

    /// The options in ECS's words.
    fn deployment(&self) -> DeploymentConfiguration {
        let stepped = self.step.is_some() || self.step_bake.is_some();
        let canary = CanaryConfiguration {
            canary_percent: Some(self.step.unwrap_or(5.0)),
            canary_bake_time_in_minutes: Some(self.step_bake.unwrap_or(10)),
        };
        let linear = LinearConfiguration {
            step_percent: Some(self.step.unwrap_or(10.0)),
            step_bake_time_in_minutes: Some(self.step_bake.unwrap_or(6)),
        };
        let breaker = CircuitBreaker {
            enable: !self.no_breaker,
            rollback: !self.no_rollback && !self.no_breaker,
            ..CircuitBreaker::default()
        };
        DeploymentConfiguration {
            strategy: Some(match self.strategy {
                Way::Rolling => DeploymentStrategy::Rolling,
                Way::BlueGreen => DeploymentStrategy::BlueGreen,
                Way::Linear => DeploymentStrategy::Linear,
                Way::Canary => DeploymentStrategy::Canary,
            }),
            minimum_healthy_percent: Some(self.min),
            maximum_percent: Some(self.max),
            bake_time_in_minutes: self.bake.or((self.strategy != Way::Rolling).then_some(5)),
            deployment_circuit_breaker: Some(breaker),
            // Steps without a strategy that has them are refused, not ignored.
            linear_configuration: (self.strategy == Way::Linear || stepped && self.strategy != Way::Canary)
                .then_some(linear),
            canary_configuration: (self.strategy == Way::Canary).then_some(canary),
            ..DeploymentConfiguration::default()
        }
    }
}

#[cfg(test)]
mod tests;
