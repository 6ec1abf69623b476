//! How the tasks of a new revision take over from the old ones.

use crate::open_enum;
use infra_engine::Output;
use serde::{Deserialize, Serialize};

/// Who replaces tasks.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentController.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentController {
    /// ECS, CodeDeploy or somebody else.
    #[serde(rename = "type")]
    pub controller_type: DeploymentControllerType,
}

open_enum! {
    /// Who replaces tasks.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service-options.html>
    pub enum DeploymentControllerType {
        /// ECS: rolling, blue/green, linear and canary.
        Ecs = "ECS",
        /// AWS CodeDeploy: the older way to blue/green.
        CodeDeploy = "CODE_DEPLOY",
        /// A program of your own, with task sets.
        External = "EXTERNAL",
    }
}

/// How a new revision takes over, and what stops it.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentConfiguration {
    /// Rolling if left out.
    pub strategy: Option<DeploymentStrategy>,
    /// So many percent of the tasks keep running at least, rounded up.
    pub minimum_healthy_percent: Option<i32>,
    /// So many percent of the tasks run at most, rounded down.
    pub maximum_percent: Option<i32>,
    /// Minutes in which both revisions run **after** production traffic has moved to the new one, so that going back
    /// is instant. (The tutorial has it before: testing before the switch is done with a test listener and hooks.)
    pub bake_time_in_minutes: Option<i32>,
    /// Gives up a deployment whose tasks do not come up. Rolling only.
    pub deployment_circuit_breaker: Option<CircuitBreaker>,
    /// Gives up a deployment when an alarm goes off.
    pub alarms: Option<DeploymentAlarms>,
    /// What is asked or done between the steps of blue/green, linear and canary.
    pub lifecycle_hooks: Vec<LifecycleHook>,
    /// The steps of LINEAR.
    pub linear_configuration: Option<LinearConfiguration>,
    /// The first step of CANARY.
    pub canary_configuration: Option<CanaryConfiguration>,
    /// When a rolling deployment counts as done before its last task runs.
    pub early_success_criteria: Option<EarlySuccessCriteria>,
}

open_enum! {
    /// How a new revision takes over.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service-options.html>
    pub enum DeploymentStrategy {
        /// Tasks are replaced in batches; both revisions serve for a while.
        Rolling = "ROLLING",
        /// All new tasks beside the old ones, then all traffic at once.
        BlueGreen = "BLUE_GREEN",
        /// All new tasks beside the old ones, then traffic in equal steps.
        Linear = "LINEAR",
        /// All new tasks beside the old ones, then a little traffic, then the rest.
        Canary = "CANARY",
    }
}

/// Gives a deployment up whose tasks do not come up.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CircuitBreaker {
    /// Whether a deployment is given up.
    pub enable: bool,
    /// Whether the last completed deployment is then restored.
    pub rollback: bool,
    /// Whether a task that comes up sets the count of failures to zero: it does if left out.
    pub reset_on_healthy_task: Option<bool>,
    /// How many failures are too many.
    pub threshold_configuration: Option<CircuitBreakerThreshold>,
}

/// How many failed tasks are too many.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CircuitBreakerThreshold {
    /// What the value counts.
    #[serde(rename = "type")]
    pub threshold_type: ThresholdType,
    /// Tasks, or percent of the desired count.
    pub value: i32,
}

open_enum! {
    /// What a threshold counts.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html>
    pub enum ThresholdType {
        /// Tasks.
        Count = "COUNT",
        /// Percent of the desired count, but at least 3 and at most 200 tasks. The default, with 50.
        BoundedPercent = "BOUNDED_PERCENT",
        /// Percent of the desired count.
        UnboundedPercent = "UNBOUNDED_PERCENT",
    }
}

/// Gives a deployment up when a CloudWatch alarm goes off.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentAlarms {
    /// The alarms.
    pub alarm_names: Vec<String>,
    /// Whether the last completed deployment is then restored.
    pub rollback: bool,
    /// Whether alarms are looked at.
    pub enable: bool,
}

/// What blue/green, linear and canary need of a load balancer.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AdvancedConfiguration.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AdvancedConfiguration {
    /// The second target group: the two take turns in being blue and green.
    pub alternate_target_group_arn: Option<Output<String>>,
    /// The rule (of an Application Load Balancer) or listener (of a Network Load Balancer) with the users' requests.
    pub production_listener_rule: Option<Output<String>>,
    /// The rule or listener with the tests' requests, which reaches green before the users do.
    pub test_listener_rule: Option<Output<String>>,
    /// The infrastructure role, with which ECS changes the rules.
    pub role_arn: Option<Output<String>>,
}

/// Something that is asked or done at a stage of a deployment.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-lifecycle-hooks.html>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LifecycleHook {
    /// A Lambda function if left out.
    pub target_type: Option<HookTarget>,
    /// The Lambda function; it answers SUCCEEDED, FAILED or IN_PROGRESS.
    pub hook_target_arn: Option<Output<String>>,
    /// The role with which ECS calls it.
    pub role_arn: Option<Output<String>>,
    /// When.
    pub lifecycle_stages: Vec<LifecycleStage>,
    /// What the function is given besides.
    pub hook_details: Option<serde_json::Value>,
    /// How long to wait for an answer.
    pub timeout_configuration: Option<HookTimeout>,
}

open_enum! {
    /// What a hook does.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentLifecycleHook.html>
    pub enum HookTarget {
        /// Calls a Lambda function.
        AwsLambda = "AWS_LAMBDA",
        /// Waits until somebody says `continue-service-deployment`.
        Pause = "PAUSE",
    }
}

open_enum! {
    /// The stages of a deployment at which a hook can be.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentLifecycleHook.html>
    pub enum LifecycleStage {
        /// More than one revision is active at the start.
        ReconcileService = "RECONCILE_SERVICE",
        /// Green has not started.
        PreScaleUp = "PRE_SCALE_UP",
        /// Green runs in full, without traffic.
        PostScaleUp = "POST_SCALE_UP",
        /// The tests' requests move to green.
        TestTrafficShift = "TEST_TRAFFIC_SHIFT",
        /// They have moved: tests before the switch belong here.
        PostTestTrafficShift = "POST_TEST_TRAFFIC_SHIFT",
        /// The last moment before users see green.
        PreProductionTrafficShift = "PRE_PRODUCTION_TRAFFIC_SHIFT",
        /// The users' requests move to green.
        ProductionTrafficShift = "PRODUCTION_TRAFFIC_SHIFT",
        /// They have moved.
        PostProductionTrafficShift = "POST_PRODUCTION_TRAFFIC_SHIFT",
    }
}

/// How long a hook may take, and what happens then.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentLifecycleHook.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HookTimeout {
    /// 1 to 20160 minutes; a day if left out.
    pub timeout_in_minutes: Option<i32>,
    /// Rollback if left out.
    pub action: Option<HookAction>,
}

open_enum! {
    /// What happens when a hook takes too long.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentLifecycleHook.html>
    pub enum HookAction {
        /// The deployment is given up.
        Rollback = "ROLLBACK",
        /// It goes on.
        Continue = "CONTINUE",
    }
}

/// Traffic moves in equal steps.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LinearConfiguration {
    /// 3.0 to 100.0 percent in each step; 10.0 if left out.
    pub step_percent: Option<f64>,
    /// Minutes after each step but the last, 0 to 1440; 6 if left out.
    pub step_bake_time_in_minutes: Option<i32>,
}

/// A little traffic moves first.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CanaryConfiguration.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CanaryConfiguration {
    /// 0.1 to 100.0 percent; 5.0 if left out.
    pub canary_percent: Option<f64>,
    /// Minutes until the rest follows, 0 to 1440; 10 if left out.
    pub canary_bake_time_in_minutes: Option<i32>,
}

/// When a rolling deployment counts as done before its last task runs.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EarlySuccessCriteria {
    /// Whether it does.
    pub enable: bool,
    /// At so many percent of healthy new tasks; not below the minimum healthy percent.
    pub healthy_percent: Option<i32>,
    /// Whether the old tasks must be gone.
    pub source_service_revision_cleanup: Option<RevisionCleanup>,
}

open_enum! {
    /// Whether the old revision's tasks must be gone.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>
    pub enum RevisionCleanup {
        /// They must.
        Blocking = "BLOCKING",
        /// They may go later.
        Deferred = "DEFERRED",
    }
}

impl DeploymentController {
    /// ECS itself.
    pub fn ecs() -> Self {
        Self { controller_type: DeploymentControllerType::Ecs }
    }
}
