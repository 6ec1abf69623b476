//! The deployment engine: a `Stack` of resources, a plan computed without I/O, a parallel walk that carries it out.
//! It knows nothing of AWS, keeps no state, and reads the world anew every time.

pub mod apply;
pub mod caller;
pub mod diff;
pub mod event;
pub mod failure;
pub mod id;
pub mod kind;
pub mod live;
pub mod operations;
pub mod output;
pub mod ownership;
pub mod plan;
pub mod provider;
mod recreate;
pub mod refresh;
pub mod resolve;
pub mod resource;
pub mod stack;
pub mod teardown;
pub mod walk;

pub use event::{Event, Reporter, Silent};
pub use failure::{Failure, ResourceFailures};
pub use id::ResourceId;
pub use kind::{Context, ResourceKind};
pub use live::{Found, Live};
pub use operations::{Names, Operations};
pub use output::Output;
pub use ownership::Ownership;
pub use plan::{Action, Plan};
pub use provider::Provider;
pub use resource::{Handle, Outputs, Resource};
pub use stack::Stack;
