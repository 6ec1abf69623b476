//! The commands that need AWS, one file a command in `commands/`, and what they show.

#![warn(clippy::print_stderr, clippy::print_stdout, reason = "they panic when their reader has gone")]

mod app_program;
pub mod commands;
mod cost_view;
mod entry;
mod error_report;
mod image_builds;
mod live_usage;
mod plan_view;
mod progress_view;
mod session;
mod setup;
mod smoke_check;
mod stack_lease;
mod summary;

pub use app_program::AppProgram;
pub use entry::main_with;
pub use setup::Overrides;
