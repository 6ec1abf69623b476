//! What happens to a service.

use super::ServiceSpec;

/// Something that happened, or is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Time has passed.
    Tick,
    /// UpdateService: what the service is to be from now on. A deployment begins if the spec's revision differs, or is forced.
    Update {
        /// All of it, not only what changes.
        spec: Box<ServiceSpec>,
        /// `forceNewDeployment`.
        force: bool,
    },
    /// DeleteService: all tasks are stopped, then the service is `INACTIVE`.
    Delete,
    /// StopServiceDeployment.
    StopDeployment {
        /// The service deployment's ARN.
        deployment: String,
        /// `ABORT` instead of `ROLLBACK`.
        abort: bool,
    },
    /// ContinueServiceDeployment.
    ContinueDeployment {
        /// The service deployment's ARN.
        deployment: String,
        /// The hook that waits.
        hook: String,
        /// `ROLLBACK` instead of `CONTINUE`.
        roll_back: bool,
    },
    /// A listener rule could not be given its weights: why, in ECS's words.
    RuleNotChanged {
        /// Such as `One or more rules not found`.
        message: String,
    },
    /// The alarms that are in ALARM now.
    Alarms(Vec<String>),
    /// The instances of the cluster that a daemon may run on, by ARN.
    Instances(Vec<String>),
    /// A task has its place.
    TaskPlaced {
        /// Its id.
        task: String,
        /// The availability zone.
        zone: String,
        /// The instance's ARN; none on Fargate.
        instance: Option<String>,
    },
    /// There is no place for a task; it is forgotten and tried again later, as another task.
    TaskNotPlaced {
        /// Its id.
        task: String,
        /// The service event's text after `(service X) `, such as `was unable to place a task because ...`.
        message: String,
    },
    /// A task got further, or stopped.
    Task {
        /// Its id.
        task: String,
        /// How it is now.
        status: TaskStatus,
    },
    /// The containers' own health checks have a result.
    ContainerHealth {
        /// The task's id.
        task: String,
        /// Whether all essential containers are healthy.
        healthy: bool,
    },
    /// A target of a task is seen in another state.
    Target {
        /// The task's id.
        task: String,
        /// The target group's ARN.
        target_group: String,
        /// Its state.
        health: TargetHealth,
    },
    /// A task could not be registered as a target.
    TargetNotRegistered {
        /// The task's id.
        task: String,
        /// The target group's ARN.
        target_group: String,
        /// Why.
        message: String,
    },
    /// UpdateTaskProtection: until when scale-in and deployments leave a task alone; none ends it.
    Protection {
        /// The task's id.
        task: String,
        /// On the service's clock.
        until: Option<super::Moment>,
    },
}

impl Event {
    /// Whether it is only to be remembered: nothing is decided by it.
    pub(super) const fn is_notice(&self) -> bool {
        match self {
            Self::TaskPlaced { .. } => true,
            Self::Task { status, .. } => {
                matches!(status, TaskStatus::Provisioning | TaskStatus::Pending | TaskStatus::Activating)
            }
            Self::Target { health, .. } => matches!(health, TargetHealth::Initial | TargetHealth::Draining),
            _ => false,
        }
    }
}

/// A task's last status. Stop codes and reasons as ECS has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskStatus {
    /// Waits for a network interface or for capacity.
    Provisioning,
    /// Waits for an agent.
    Pending,
    /// Pulls images, creates containers.
    Activating,
    /// All containers that have to run do.
    Running,
    /// Has ended.
    Stopped {
        /// Such as `EssentialContainerExited` or `TaskFailedToStart`.
        stop_code: String,
        /// Such as `Essential container in task exited`.
        reason: String,
    },
}

/// What a load balancer says of a target.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetHealth {
    /// Registered, not judged yet.
    Initial,
    /// Passes its health checks.
    Healthy,
    /// Fails them.
    Unhealthy {
        /// Such as `Health checks failed with these codes: [503]`.
        description: String,
    },
    /// No rule forwards to its group.
    Unused,
    /// Gets no new requests; those under way are finished.
    Draining,
    /// No longer registered.
    Gone,
}
