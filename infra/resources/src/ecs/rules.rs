//! The rules of ECS as pure functions: each looks at what is to be sent and says what ECS would refuse.
//!
//! One file per subject; the rules' numbers and texts are in [`rule`].

mod finding;
pub mod rule;
mod run_task;
mod service;
mod strategy;
mod task_definition;
mod text;

pub use finding::{Finding, Findings, Path};
pub use rule::Rule;
pub use run_task::run_task;
pub use service::{rolling_update, service};
pub use strategy::strategy;
pub use task_definition::task_definition;
