//! Deployment strategies, each with what goes with it and nothing else.

use super::capability::TargetFor;
use super::launch::LaunchType;
use super::target::Targets;
use crate::service::{
    AdvancedConfiguration, CanaryConfiguration, CircuitBreaker, DeploymentAlarms, DeploymentConfiguration,
    DeploymentStrategy, EarlySuccessCriteria, LifecycleHook, LinearConfiguration, RevisionCleanup,
};
use infra_engine::Output;
use std::marker::PhantomData;
use std::time::Duration;

/// How a new revision takes over.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service-options.html>
#[derive(Clone, Debug)]
pub enum Deployment<On> {
    /// Tasks are replaced in batches.
    Rolling(Rolling),
    /// All traffic at once, after all new tasks run.
    BlueGreen(BlueGreen<On>),
    /// Traffic in equal steps.
    Linear(BlueGreen<On>, Linear),
    /// A little traffic, then the rest.
    Canary(BlueGreen<On>, Canary),
}

/// A rolling update: how many tasks stay, how many there may be, and what stops it.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html>
#[derive(Clone, Debug, PartialEq)]
pub struct Rolling {
    minimum_healthy_percent: i32,
    maximum_percent: i32,
    circuit_breaker: Option<CircuitBreaker>,
    alarms: Option<DeploymentAlarms>,
    early_success: Option<EarlySuccessCriteria>,
}

impl Rolling {
    /// At least and at most so many percent of the desired count; in a `const`, which [`rolling!`](crate::rolling)
    /// always is, what ECS refuses does not compile.
    ///
    /// # Panics
    /// Outside a `const`, when ECS refuses the numbers: use [`Rolling::from_settings`] there.
    #[track_caller]
    pub const fn percent(minimum_healthy: i32, maximum: i32) -> Self {
        assert!(minimum_healthy >= 0 && minimum_healthy <= 100, "D06: minimumHealthyPercent is 0 to 100");
        assert!(maximum >= 100, "D07: maximumPercent is 100 or more");
        assert!(
            minimum_healthy < 100 || maximum > 100,
            "D08: with 100 and 100 percent no task may stop and none may start"
        );
        Self::from_settings(minimum_healthy, maximum)
    }

    /// Percentages from settings, which are checked with the rest of the service.
    pub const fn from_settings(minimum_healthy_percent: i32, maximum_percent: i32) -> Self {
        Self {
            minimum_healthy_percent,
            maximum_percent,
            circuit_breaker: None,
            alarms: None,
            early_success: None,
        }
    }

    /// Gives up when tasks do not come up, and goes back to the last revision that worked.
    pub fn roll_back_on_failure(mut self) -> Self {
        self.circuit_breaker =
            Some(CircuitBreaker { enable: true, rollback: true, ..CircuitBreaker::default() });
        self
    }

    /// Gives up as this circuit breaker says.
    pub fn circuit_breaker(mut self, breaker: CircuitBreaker) -> Self {
        self.circuit_breaker = Some(breaker);
        self
    }

    /// Goes back when one of these alarms goes off.
    pub fn roll_back_on_alarm(mut self, alarms: &[&str]) -> Self {
        self.alarms = Some(watched(alarms));
        self
    }

    /// Has succeeded once so many percent of the desired tasks are healthy and the old ones are gone; the rest follow. ECS
    /// refuses less than the minimum.
    pub fn succeed_at(mut self, healthy_percent: i32) -> Self {
        self.early_success = Some(EarlySuccessCriteria {
            enable: true,
            healthy_percent: Some(healthy_percent),
            source_service_revision_cleanup: Some(RevisionCleanup::Blocking),
        });
        self
    }
}

/// What blue/green, linear and canary deployments have in common: two target groups, bake time and hooks.
///
/// Traffic moves first and bakes after: both revisions run until the bake time is over, and going back is instant.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html>
#[derive(Clone, Debug)]
pub struct BlueGreen<On> {
    on: PhantomData<On>,
    bake_time: Duration,
    advanced: AdvancedConfiguration,
    hooks: Vec<LifecycleHook>,
    alarms: Option<DeploymentAlarms>,
}

impl<On: LaunchType> BlueGreen<On> {
    /// Traffic moves to the tasks in the other target group by changing the rule that the users' requests go through.
    pub fn new<T: TargetFor<On>>(
        alternate: &Targets<T>,
        production_rule: impl Into<Output<String>>,
        infrastructure_role: impl Into<Output<String>>,
        bake_time: Duration,
    ) -> Self {
        let advanced = AdvancedConfiguration {
            alternate_target_group_arn: Some(alternate.arn.clone()),
            production_listener_rule: Some(production_rule.into()),
            test_listener_rule: None,
            role_arn: Some(infrastructure_role.into()),
        };
        Self { on: PhantomData, bake_time, advanced, hooks: Vec::new(), alarms: None }
    }

    /// A rule by which tests reach green before the users do.
    pub fn test_rule(mut self, rule: impl Into<Output<String>>) -> Self {
        self.advanced.test_listener_rule = Some(rule.into());
        self
    }

    /// Something that is asked or done at a stage.
    pub fn hook(mut self, hook: LifecycleHook) -> Self {
        self.hooks.push(hook);
        self
    }

    /// Goes back when one of these alarms goes off.
    pub fn roll_back_on_alarm(mut self, alarms: &[&str]) -> Self {
        self.alarms = Some(watched(alarms));
        self
    }
}

/// A percentage in tenths, the unit in which ECS moves traffic: `PercentInTenths(55)` are 5.5 percent.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PercentInTenths(pub u16);

/// Equal steps and the time after each.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-linear.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linear {
    /// 3 to 100 percent.
    pub step: PercentInTenths,
    /// At most a day.
    pub step_bake_time: Duration,
}

/// The first step and the time until the rest follows.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/canary-deployment.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canary {
    /// 0.1 to 100 percent.
    pub canary: PercentInTenths,
    /// At most a day.
    pub canary_bake_time: Duration,
}

impl<On> Deployment<On> {
    /// The deployment configuration as ECS takes it, and what each load balancer of the service needs for it.
    pub(super) fn configuration(self) -> (DeploymentConfiguration, Option<AdvancedConfiguration>) {
        match self {
            Self::Rolling(rolling) => (rolling.into(), None),
            Self::BlueGreen(blue_green) => shifting(blue_green, DeploymentStrategy::BlueGreen),
            Self::Linear(blue_green, linear) => {
                let (mut configuration, advanced) = shifting(blue_green, DeploymentStrategy::Linear);
                configuration.linear_configuration = Some(LinearConfiguration {
                    step_percent: Some(f64::from(linear.step.0) / 10.0),
                    step_bake_time_in_minutes: Some(minutes(linear.step_bake_time)),
                });
                (configuration, advanced)
            }
            Self::Canary(blue_green, canary) => {
                let (mut configuration, advanced) = shifting(blue_green, DeploymentStrategy::Canary);
                configuration.canary_configuration = Some(CanaryConfiguration {
                    canary_percent: Some(f64::from(canary.canary.0) / 10.0),
                    canary_bake_time_in_minutes: Some(minutes(canary.canary_bake_time)),
                });
                (configuration, advanced)
            }
        }
    }
}

impl From<Rolling> for DeploymentConfiguration {
    fn from(rolling: Rolling) -> Self {
        Self {
            strategy: Some(DeploymentStrategy::Rolling),
            minimum_healthy_percent: Some(rolling.minimum_healthy_percent),
            maximum_percent: Some(rolling.maximum_percent),
            deployment_circuit_breaker: rolling.circuit_breaker,
            early_success_criteria: rolling.early_success,
            alarms: rolling.alarms,
            ..Self::default()
        }
    }
}

fn shifting<On>(
    blue_green: BlueGreen<On>,
    strategy: DeploymentStrategy,
) -> (DeploymentConfiguration, Option<AdvancedConfiguration>) {
    let configuration = DeploymentConfiguration {
        strategy: Some(strategy),
        bake_time_in_minutes: Some(minutes(blue_green.bake_time)),
        lifecycle_hooks: blue_green.hooks,
        alarms: blue_green.alarms,
        ..DeploymentConfiguration::default()
    };
    (configuration, Some(blue_green.advanced))
}

fn watched(alarms: &[&str]) -> DeploymentAlarms {
    let alarm_names = alarms.iter().map(|&alarm| alarm.to_owned()).collect();
    DeploymentAlarms { alarm_names, rollback: true, enable: true }
}

/// ECS counts whole minutes; a part of one is rounded up, so that nothing bakes shorter than asked for.
fn minutes(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs().div_ceil(60)).unwrap_or(i32::MAX)
}
