//! Managed scaling: the size that a capacity provider's Auto Scaling group is to have.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html>

use super::Ecs;
use super::capacity_providers::Provider;
use super::fleet::{Group, set_desired};
use super::placement::{Obstacle, obstacle};
use super::room::Room;
use super::start::{end, launch};
use super::state::State;
use super::task::Task;
use crate::emulator::EmulatorError;
use infra_ecs::rollout::Moment;
use std::sync::Arc;
use std::time::Duration;

/// A group with too many instances is made smaller after this: 15 datapoints of one minute.
const IDLE: Duration = Duration::from_secs(15 * 60);
/// So many instances start at least where there were none.
const FROM_NONE: usize = 2;

/// What a provider's group is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    /// How many instances it has.
    has: usize,
    /// How many the tasks need: those with tasks on them, and more for those that wait.
    needs: usize,
}

impl Ecs {
    /// Gives tasks that wait for capacity a place, the oldest first.
    pub(super) fn place_waiting(self: &Arc<Self>) {
        let mut waiting: Vec<_> = {
            let state = self.lock();
            let waiting = state.tasks.values().filter(|task| task.is_waiting());
            waiting.map(|task| (task.times.get("createdAt").copied(), task.id.clone())).collect()
        };
        waiting.sort();
        for (_, id) in waiting {
            let placed = {
                let mut state = self.lock();
                // Somebody else may have placed it by now.
                let Some(mut task) = state.tasks.remove(&id) else { continue };
                let placed = task.is_waiting() && super::placement::place(self, &state, &mut task).is_ok();
                state.tasks.insert(id.clone(), task);
                placed
            };
            if placed {
                launch(self, &id);
            }
        }
    }

    /// Sets the desired capacity of each group that managed scaling is on for.
    pub(super) async fn scale(self: &Arc<Self>, groups: &[Group]) -> Result<(), EmulatorError> {
        for group in groups {
            let (desired, hopeless) = {
                let mut state = self.lock();
                let now = self.clock.now();
                (desired(&mut state, group, now), hopeless(self, &state, group))
            };
            for (task, obstacle) in hopeless {
                end(self, &task, "TaskFailedToStart", &format!("TaskFailedToStart: {}", obstacle.reason()));
            }
            if let Some(desired) = desired {
                set_desired(self, &group.name, desired).await?;
            }
        }
        Ok(())
    }
}

/// The capacity that a group is to have from now on; none if it stays.
fn desired(state: &mut State, group: &Group, now: Moment) -> Option<usize> {
    let name =
        state.providers.values().find(|it| it.group() == group.name && it.is_scaled())?.is.name.clone();
    let size = size(state, &name, group)?;
    let provider = state.providers.get_mut(&name)?;
    let wanted = wanted(provider, size).clamp(group.least, group.most.max(group.least));
    if wanted >= group.desired {
        provider.idle_since = None;
        return (wanted > group.desired).then_some(wanted);
    }
    let since = *provider.idle_since.get_or_insert(now);
    if now.since(since) < IDLE {
        return None;
    }
    provider.idle_since = None;
    Some(wanted)
}

/// So many instances that as many percent of them are needed as the provider says.
fn wanted(provider: &Provider, size: Size) -> usize {
    let scaling = provider.scaling();
    let number =
        |value: Option<i32>, default: usize| value.and_then(|it| usize::try_from(it).ok()).unwrap_or(default);
    let target = number(scaling.target_capacity, 100).max(1);
    let exact = (size.needs * 100).div_ceil(target);
    if exact <= size.has {
        return exact;
    }
    let least = number(scaling.minimum_scaling_step_size, 1).max(if size.has == 0 { FROM_NONE } else { 1 });
    let step = (exact - size.has).max(least).min(number(scaling.maximum_scaling_step_size, 10_000));
    size.has + step
}

/// How many instances there are and how many are needed. Tasks that wait are packed onto empty instances of the group's type.
fn size(state: &State, provider: &str, group: &Group) -> Option<Size> {
    let instances: Vec<_> =
        state.instances.values().filter(|it| it.group == group.name && it.status != "INACTIVE").collect();
    let used = instances.iter().filter(|it| Room::now(state, it).tasks > 0).count();
    let kind = group.kind()?;
    let mut rooms: Vec<Room> = Vec::new();
    for task in waiting(state, provider) {
        let fits = |room: &Room| {
            task.demand.cpu.0 <= room.cpu
                && task.demand.memory.0 <= room.memory
                && (!task.demand.network_interface || room.interfaces > 0)
                && !task.demand.host_ports.iter().any(|port| room.has(port))
        };
        let index = rooms.iter().position(fits).or_else(|| {
            rooms.push(Room::empty(&kind));
            rooms.last().filter(|room| fits(room)).map(|_| rooms.len() - 1)
        });
        match index {
            Some(index) => rooms[index].take(task),
            None => drop(rooms.pop()),
        }
    }
    let empty = instances.len() - used;
    // An empty instance may be one that the tasks that wait can't use.
    let more = if rooms.is_empty() { 0 } else { rooms.len() + empty };
    Some(Size { has: instances.len(), needs: used + more })
}

fn waiting<'a>(state: &'a State, provider: &'a str) -> impl Iterator<Item = &'a Task> {
    state.tasks.values().filter(move |task| task.is_waiting() && task.provider() == Some(provider))
}

/// The tasks that not even an empty instance of the group could run: they wait for nothing.
fn hopeless(ecs: &Ecs, state: &State, group: &Group) -> Vec<(String, Obstacle)> {
    let Some(provider) = state.providers.values().find(|it| it.group() == group.name) else {
        return Vec::new();
    };
    let Some(instance) = state.instances.values().find(|it| it.group == group.name) else {
        return Vec::new();
    };
    let empty = Room::empty(&instance.kind);
    let never = |obstacle: &Obstacle| {
        matches!(
            obstacle,
            Obstacle::Attribute
                | Obstacle::Cpu
                | Obstacle::Memory
                | Obstacle::Ports
                | Obstacle::Interface
                | Obstacle::Gpu
        )
    };
    let of = |task: &Task| {
        let obstacle = obstacle(ecs, state, task, instance, &empty).filter(never)?;
        Some((task.id.clone(), obstacle))
    };
    waiting(state, &provider.is.name).filter_map(of).collect()
}
