//! The rules of ECS as pure functions: each looks at what is to be sent and says what ECS would refuse.
//!
//! One file per subject; the rules' numbers and texts are in [`rule`].

mod capacity_provider;
mod cluster;
mod dependence;
mod finding;
mod findings;
mod path;
pub mod rule;
mod run_task;
mod service;
mod service_and_task;
pub(crate) mod size_text;
mod strategy;
mod task_definition;
mod text;

pub use capacity_provider::capacity_provider;
pub use cluster::cluster;
pub use finding::{Finding, Minds};
pub(crate) use findings::IGNORED;
pub use findings::{Findings, Refused};
pub use path::Path;
pub use rule::{Explanation, Rule};
pub use run_task::{run_task, run_task_and_task};
pub use service::{rolling_update, service};
pub use service_and_task::service_and_task;
pub use strategy::strategy;
pub use task_definition::task_definition;
