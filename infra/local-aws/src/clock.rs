//! The clock of ECS's and the load balancer's own waits, which may run faster than the machine's.

use infra_ecs::rollout::Moment;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// A clock that runs so many times faster than real time from its start on. It stands on tokio's, which tests can pause.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    started_at: SystemTime,
    speed: f64,
}

impl Clock {
    /// Starts now.
    pub fn new(speed: f64) -> Self {
        Self { started: Instant::now(), started_at: SystemTime::now(), speed: speed.max(f64::MIN_POSITIVE) }
    }

    /// This moment on this clock.
    pub fn now(&self) -> Moment {
        self.started_moment() + self.started.elapsed().mul_f64(self.speed)
    }

    /// When a moment of this clock is by the machine's clock: what is shown as a time.
    pub fn real(&self, moment: Moment) -> SystemTime {
        self.started_at + moment.since(self.started_moment()).div_f64(self.speed)
    }

    /// How long a wait takes on the machine's clock.
    pub fn real_wait(&self, wait: Duration) -> Duration {
        wait.div_f64(self.speed)
    }

    /// Waits for a moment.
    pub async fn sleep_until(&self, moment: Moment) {
        tokio::time::sleep(self.real_wait(moment.since(self.now()))).await;
    }

    fn started_moment(&self) -> Moment {
        let since_1970 = self.started_at.duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment::from_millis(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX))
    }
}
