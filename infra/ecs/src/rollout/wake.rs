//! When time alone changes something.

use super::health::{fails_checks, healthy_at};
use super::{Moment, Service, ServiceStatus};

impl Service {
    /// When a [`Event::Tick`](super::Event::Tick) has something to do.
    pub fn next_wake(&self) -> Option<Moment> {
        if self.status == ServiceStatus::Inactive {
            return None;
        }
        let due = if self.dirty { Some(self.now) } else { self.next_deadline() };
        due.map(|due| due.max(self.next_pass))
    }

    fn next_deadline(&self) -> Option<Moment> {
        let (now, grace) = (self.now, self.spec.grace_period);
        let tasks = self.tasks.values().flat_map(|task| {
            let healthy = healthy_at(task, &self.timings);
            let graced = task.started.filter(|_| fails_checks(task)).map(|started| started + grace);
            [healthy, graced, task.protected_until]
        });
        let throttles = self.deployments.iter().map(|deployment| deployment.throttle.until());
        let ready = self.progress.as_ref().and_then(|progress| progress.ready_since);
        let others = [
            ready.map(|ready| ready + self.completion_wait()),
            self.stage().and_then(|_| self.hooks_expire()),
            self.stage_expires(),
            self.baked(),
            self.rebalances_again(),
            self.steady_since.map(|since| since + self.timings.steady_again),
        ];
        tasks.chain(throttles).chain(others).flatten().filter(|deadline| *deadline > now).min()
    }
}
