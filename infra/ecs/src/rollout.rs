//! How ECS rolls a service out: a state machine without a clock, without I/O and without chance but its seed.
//!
//! [`Service::step`] takes an [`Event`] and the time and answers [`Action`]s. `cargo xtask simulate` runs it on a virtual
//! clock with ideal tasks, the local AWS on the real one with real containers.

mod action;
mod event;
mod moment;
mod spec;

pub use action::Action;
pub use event::{Event, TargetHealth, TaskStatus};
pub use moment::Moment;
pub use spec::{Hook, LoadBalancer, ServiceSpec, Strategy, Timings};
