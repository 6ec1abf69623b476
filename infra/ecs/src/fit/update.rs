//! A rolling update on instances that other tasks run on, too.

use super::{Fleet, ServiceDemand};
use crate::rollout::{Bounds, most_minimum_healthy_percent};

/// How an update of one service goes.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html>
#[derive(Debug)]
pub(super) struct Update<'a> {
    fleet: &'a Fleet,
    service: &'a ServiceDemand,
    /// How many tasks run before it.
    tasks: u32,
    bounds: Bounds,
    /// How many tasks it would like to run at once: never more new ones than there are old ones.
    peak: u32,
    /// How many of those have room.
    placed: u32,
}

impl<'a> Update<'a> {
    /// The update of a service of which so many tasks run, and so many more have room.
    pub(super) fn new(fleet: &'a Fleet, service: &'a ServiceDemand, tasks: u32, room: u32) -> Self {
        let bounds = Bounds::new(tasks, service.minimum_healthy_percent, service.maximum_percent);
        let peak = bounds.max_running.min(tasks.saturating_mul(2)).max(tasks);
        let placed = tasks.saturating_add(room).min(peak);
        Self { fleet, service, tasks, bounds, peak, placed }
    }

    /// Why it would never begin: it may stop no task, and start none.
    pub(super) fn problem(&self) -> Option<String> {
        if self.tasks == 0 || self.may_stop() || self.placed > self.tasks {
            return None;
        }
        let Self { service, tasks, bounds, fleet, .. } = self;
        let (name, percent) = (&service.name, service.minimum_healthy_percent);
        let begin = format!(
            "service {name}: an update can't begin: at least {} of {tasks} tasks must stay healthy ({percent} %)",
            bounds.min_running
        );
        let lower = match most_minimum_healthy_percent(*tasks) {
            // Of one task, any percentage is the whole task.
            0 => format!("lower {name}.minimum_healthy_percent to 0"),
            most => format!("lower {name}.minimum_healthy_percent to {most} or less"),
        };
        Some(if self.peak == *tasks {
            let (max_running, maximum) = (bounds.max_running, service.maximum_percent);
            format!(
                "{begin} and at most {max_running} may run ({maximum} %); {lower} or raise {name}.maximum_percent"
            )
        } else {
            let instances = fleet.in_words();
            format!(
                "{begin}, and on {instances} there is no room for one more beside all that run; let there be \
                 one more instance or {lower}"
            )
        })
    }

    /// That it goes, but in smaller steps than it may.
    pub(super) fn warning(&self) -> Option<String> {
        if self.placed == self.peak || self.problem().is_some() {
            return None;
        }
        let Self { service, tasks, bounds, peak, placed, .. } = self;
        let (name, maximum) = (&service.name, service.maximum_percent);
        let may = format!("service {name}: an update may run {peak} tasks at once ({maximum} % of {tasks})");
        Some(if placed > tasks {
            format!("{may}, but only {placed} have room: it goes in smaller steps")
        } else {
            let least = bounds.min_running;
            format!(
                "{may}, but only the {tasks} that run have room: it stops old tasks before it starts new ones, and \
                 {least} may be left meanwhile"
            )
        })
    }

    /// `2 run, up to 4 during an update, which all have room`.
    pub(super) fn in_words(&self) -> String {
        let Self { service, tasks, peak, placed, .. } = self;
        let scaled = match service.most_tasks {
            most if most > *tasks => format!(" (up to {most} when scaled out)"),
            _ => String::new(),
        };
        let room = if placed == peak { "all".to_owned() } else { placed.to_string() };
        format!("{tasks} run{scaled}, up to {peak} during an update, of which {room} have room")
    }

    fn may_stop(&self) -> bool {
        self.bounds.min_running < self.tasks
    }
}
