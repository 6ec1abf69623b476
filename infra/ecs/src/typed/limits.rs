//! Numbers with limits, checked while compiling where they stand in the source.

use std::time::Duration;

/// The disk of a Fargate task in GiB: 21 to 200. The 20 GiB that every task has are had by asking for nothing.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EphemeralGib(i32);

impl EphemeralGib {
    /// A size for a `const`, which [`ephemeral_gib!`](crate::ephemeral_gib) always is: there a wrong one does not compile.
    ///
    /// # Panics
    /// Outside a `const`, when it is not 21 to 200.
    #[track_caller]
    pub const fn of(gib: i32) -> Self {
        assert!(gib != 20, "T48: every task has 20 GiB without asking, and ECS refuses to be asked for them");
        assert!(gib >= 21 && gib <= 200, "T48: ephemeral storage is 21 to 200 GiB");
        Self(gib)
    }

    pub(crate) fn gib(self) -> i32 {
        self.0
    }
}

/// The time between SIGTERM and SIGKILL: 2 to 120 seconds, which every launch type takes.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
/// (`stopTimeout`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopTimeout(i32);

impl StopTimeout {
    /// A time for a `const`, which [`stop_timeout!`](crate::stop_timeout) always is: there a wrong one does not compile.
    ///
    /// # Panics
    /// Outside a `const`, when it is not 2 to 120 seconds.
    #[track_caller]
    pub const fn of(seconds: i32) -> Self {
        assert!(seconds >= 2 && seconds <= 120, "T57: Fargate stops a container after 2 to 120 seconds");
        Self(seconds)
    }

    /// A time from settings, which is checked with the rest of the task definition.
    pub fn from_settings(timeout: Duration) -> Self {
        Self(i32::try_from(timeout.as_secs()).unwrap_or(i32::MAX))
    }

    pub(crate) fn seconds(self) -> i32 {
        self.0
    }
}

// A `const` item, not an inline `const`: that one is evaluated only when code is generated, not by `cargo check`.

/// A size of Fargate's, checked while compiling: `fargate_size!(cpu: 1024, memory: 2048)`.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html>
/// (task size).
#[macro_export]
macro_rules! fargate_size {
    (cpu: $cpu:expr, memory: $memory:expr) => {{
        const SIZE: $crate::FargateSize =
            $crate::FargateSize::of($crate::CpuUnits($cpu), $crate::Mebibytes($memory));
        SIZE
    }};
}

/// Ephemeral storage in GiB, checked while compiling: `ephemeral_gib!(50)`.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html>
#[macro_export]
macro_rules! ephemeral_gib {
    ($gib:expr) => {{
        const SIZE: $crate::EphemeralGib = $crate::EphemeralGib::of($gib);
        SIZE
    }};
}

/// A stop timeout in seconds, checked while compiling: `stop_timeout!(30)`.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
/// (`stopTimeout`).
#[macro_export]
macro_rules! stop_timeout {
    ($seconds:expr) => {{
        const TIMEOUT: $crate::StopTimeout = $crate::StopTimeout::of($seconds);
        TIMEOUT
    }};
}

/// A rolling update, checked while compiling: `rolling!(minimum_healthy: 100, maximum: 200)`.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html>
#[macro_export]
macro_rules! rolling {
    (minimum_healthy: $least:expr, maximum: $most:expr) => {{
        const UPDATE: $crate::Rolling = $crate::Rolling::percent($least, $most);
        UPDATE
    }};
}
