//! What the engine reports while it works; the command line draws it.

use crate::id::ResourceId;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

/// Something that happened to a resource.
#[derive(Clone, Debug)]
pub enum Event {
    /// An action began.
    Started {
        /// The resource.
        id: ResourceId,
        /// Its physical name.
        name: String,
        /// `create`, `update` or `delete`.
        action: &'static str,
    },
    /// It is waiting for something; the text says for what.
    Waiting {
        /// The resource.
        id: ResourceId,
        /// What it is waiting for: `1 of 2 tasks running`.
        what: String,
    },
    /// The kind has something to say of it, in a shape of its own.
    Reported {
        /// The resource.
        id: ResourceId,
        /// What it says; who draws it knows its type.
        what: Arc<dyn Any + Send + Sync>,
    },
    /// The action ended.
    Finished {
        /// The resource.
        id: ResourceId,
        /// Its physical name.
        name: String,
        /// The action that ended.
        action: &'static str,
        /// How long it took.
        elapsed: Duration,
        /// Whether it succeeded.
        succeeded: bool,
    },
}

/// Takes events as they happen, from any thread.
pub trait Reporter: Send + Sync {
    /// Takes one event.
    fn report(&self, event: Event);
}

/// Reports nothing, for tests and for machine-readable output.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn report(&self, _event: Event) {}
}
