//! The commands that need AWS, one file a command in `commands/`, and what they show.

#![warn(clippy::print_stderr, clippy::print_stdout, reason = "they panic when their reader has gone")]

mod app_program;
mod awslogs;
pub mod commands;
mod cost_view;
mod entry;
mod error_report;
mod expected_time;
mod image_builds;
mod interrupts;
mod judgement;
mod live_usage;
mod log_stream;
mod permissions;
mod plan_file;
mod plan_markdown;
mod plan_view;
mod progress_view;
mod rollout_view;
mod secret_age;
mod secret_check;
mod session;
mod setup;
mod smoke_check;
mod stack_lease;
mod summary;
mod tasks;

pub use app_program::AppProgram;
pub use entry::main_with;
pub use setup::Overrides;
