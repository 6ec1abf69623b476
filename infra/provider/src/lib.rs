//! Reads and writes every kind of resource over the AWS SDK, one file per kind in `kinds/`; the commands that need AWS.

mod account;
mod ask_ahead;
pub mod aws;
mod bucket_conflict;
mod build_error;
pub mod commands;
mod cost_view;
mod deployed;
mod entry;
mod error_report;
mod explain;
mod image_builds;
mod json_call;
pub mod kinds;
mod lease;
mod live_usage;
mod partial;
mod plan_view;
mod profile;
mod progress_view;
mod served;
mod session;
mod shortened;
mod standard_output;
mod summary;
mod tags;
mod this_machine;
mod timeouts;
mod traced;
mod wait;
mod wire;

pub use aws::Aws;
pub use entry::main_with;
