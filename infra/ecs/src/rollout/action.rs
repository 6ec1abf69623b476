//! What a service has done.

/// Something that the caller does next; what comes of it returns as an [`Event`](super::Event).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Places and starts a task. Answered by `TaskPlaced` or `TaskNotPlaced`, then `TaskStatus`.
    StartTask {
        /// Its id: 32 hexadecimal digits.
        task: String,
        /// The ARN of the service revision that it runs.
        revision: String,
        /// The ARN of that revision's task definition.
        task_definition: String,
        /// The deployment that starts it, `ecs-svc/N`: what the task's `startedBy` is.
        started_by: String,
        /// The availability zone that it has to be in, where rebalancing asks for one.
        zone: Option<String>,
        /// The instance that it has to be on: of a daemon.
        instance: Option<String>,
    },
    /// Stops a task: signal, stop timeout, kill. Its targets have been deregistered before, and have drained.
    StopTask {
        /// Its id.
        task: String,
        /// Such as `ServiceSchedulerInitiated`.
        stop_code: String,
        /// Why, in ECS's words.
        reason: String,
    },
    /// Registers a task's address and port in a target group. Answered by `Target`, or `TargetNotRegistered`.
    Register {
        /// Its id.
        task: String,
        /// The target group's ARN.
        target_group: String,
        /// The container of the task that listens.
        container: String,
        /// The port on which it listens inside.
        container_port: u16,
    },
    /// Deregisters it. Answered by `Target` with `Draining`, then `Gone` when the deregistration delay is over.
    Deregister {
        /// Its id.
        task: String,
        /// The target group's ARN.
        target_group: String,
    },
    /// Makes a listener rule (or a listener's default) a forward with these weights. Answered only if that fails, by
    /// `RuleNotChanged`.
    SetWeights {
        /// The ARN of the rule or the listener.
        rule: String,
        /// Target groups' ARNs and their weights.
        weights: Vec<(String, u32)>,
    },
}
