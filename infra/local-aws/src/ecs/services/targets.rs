//! Which task a target of a target group is.

use crate::load_balancer::Target;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A target in a target group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Registered {
    /// The target group's ARN.
    pub target_group: String,
    /// The target.
    pub target: Target,
}

/// Whose target it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The cluster's name.
    pub cluster: String,
    /// The service's name.
    pub service: String,
    /// The task's id.
    pub task: String,
}

/// The targets of all services.
#[derive(Default)]
pub struct Targets(Mutex<HashMap<Registered, Owner>>);

impl Targets {
    /// Keeps whose a target is. Returns whose it was: Docker gives an address again as soon as its task has ended.
    pub fn keep(&self, registered: Registered, owner: Owner) -> Option<Owner> {
        let before = self.all().insert(registered, owner.clone());
        before.filter(|before| *before != owner)
    }

    /// Forgets a target, if it is this task's still.
    pub fn forget(&self, registered: &Registered) {
        self.all().remove(registered);
    }

    /// Whose a target is.
    pub fn owner(&self, registered: &Registered) -> Option<Owner> {
        self.all().get(registered).cloned()
    }

    /// The target of a task in a target group.
    pub fn of(&self, task: &str, target_group: &str) -> Option<Target> {
        let all = self.all();
        let mut its = all.iter().filter(|(at, owner)| owner.task == task && at.target_group == target_group);
        its.next().map(|(registered, _)| registered.target.clone())
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Registered, Owner>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
