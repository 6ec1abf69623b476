//! How far services, deployments, hooks and tasks are, in ECS's words.

/// Declares an enumeration whose values are read as ECS writes them.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$value_meta:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
        pub enum $name {
            $($(#[$value_meta])* #[serde(rename = $text)] $value,)+
        }

        impl $name {
            /// As ECS writes it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)+
                }
            }
        }
    };
}

words! {
    /// Whether a service is there.
    ServiceStatus {
        /// It is.
        Active = "ACTIVE",
        /// It is deleted; its tasks are being stopped.
        Draining = "DRAINING",
        /// It is deleted, and has no tasks.
        Inactive = "INACTIVE",
    }
}

words! {
    /// Which of a service's deployments counts.
    DeploymentStatus {
        /// The newest.
        Primary = "PRIMARY",
        /// One that still has tasks, or that may have to come back.
        Active = "ACTIVE",
        /// One without tasks.
        Inactive = "INACTIVE",
    }
}

words! {
    /// How far a deployment is.
    RolloutState {
        /// It is under way.
        InProgress = "IN_PROGRESS",
        /// The service has reached its steady state with it.
        Completed = "COMPLETED",
        /// It has been given up.
        Failed = "FAILED",
    }
}

words! {
    /// How far a service deployment is.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html>
    ServiceDeploymentStatus {
        /// Not begun.
        Pending = "PENDING",
        /// Under way.
        InProgress = "IN_PROGRESS",
        /// The target revision has taken over.
        Successful = "SUCCESSFUL",
        /// A newer one takes its place, or it failed without a rollback.
        StopRequested = "STOP_REQUESTED",
        /// It has ended so.
        Stopped = "STOPPED",
        /// StopServiceDeployment was called.
        RollbackRequested = "ROLLBACK_REQUESTED",
        /// The source revision comes back.
        RollbackInProgress = "ROLLBACK_IN_PROGRESS",
        /// It is back.
        RollbackSuccessful = "ROLLBACK_SUCCESSFUL",
        /// There is nothing that could come back.
        RollbackFailed = "ROLLBACK_FAILED",
    }
}

words! {
    /// What a circuit breaker or the alarms do.
    MonitorStatus {
        /// They have given the deployment up.
        Triggered = "TRIGGERED",
        /// They watch.
        Monitoring = "MONITORING",
        /// They have watched to the end.
        MonitoringComplete = "MONITORING_COMPLETE",
        /// They are off.
        Disabled = "DISABLED",
    }
}

words! {
    /// How far a hook is.
    HookStatus {
        /// It waits for ContinueServiceDeployment.
        AwaitingAction = "AWAITING_ACTION",
        /// Continued.
        Succeeded = "SUCCEEDED",
        /// Answered with a rollback, or its deployment has ended.
        Failed = "FAILED",
        /// Nobody answered in time.
        TimedOut = "TIMED_OUT",
    }
}

words! {
    /// A task's last status, as the scheduler knows it.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>
    LastStatus {
        /// Has no place, network interface or capacity yet.
        Provisioning = "PROVISIONING",
        /// Waits for an agent.
        Pending = "PENDING",
        /// Pulls images, creates containers.
        Activating = "ACTIVATING",
        /// All containers that have to run do.
        Running = "RUNNING",
        /// To be stopped; its targets drain.
        Deactivating = "DEACTIVATING",
        /// Its containers are being stopped.
        Stopping = "STOPPING",
    }
}

impl ServiceDeploymentStatus {
    /// Whether nothing more comes of it.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Successful | Self::Stopped | Self::RollbackSuccessful | Self::RollbackFailed)
    }
}
