//! Numbers with limits, checked while compiling where they stand in the source.

use std::time::Duration;

/// The disk of a Fargate task in GiB: 21 to 200. The 20 GiB that every task has are had by asking for nothing.
///
/// AWS: "Fargate task ephemeral storage for Amazon ECS", Amazon ECS Developer Guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EphemeralGib(i32);

impl EphemeralGib {
    /// A size for a `const`: there a wrong one does not compile.
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
/// AWS: "ContainerDefinition" (`stopTimeout`), Amazon ECS API Reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopTimeout(i32);

impl StopTimeout {
    /// A time for a `const`: there a wrong one does not compile.
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
