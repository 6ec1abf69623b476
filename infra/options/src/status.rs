//! `status`: what runs, and how far what is being deployed is.

use crate::StackOptions;

const MORE: &str = "\
Examples:
  cargo xtask status --local
  cargo xtask status web --watch

With --json: a list of {\"service\", \"revision\", \"state\", \"stage\", \"tasks\", \"targets\", \"traffic_percent\", \"paused\"};
where secrets are newer than a running task, also \"newer_secrets\".
With --watch it goes on until Ctrl-C; off a terminal a line is printed for each change.";

/// Show what runs, and how far what is being deployed is
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The app, such as `web` or `php`; all of the stack unless given
    pub app: Option<String>,

    /// Go on looking until Ctrl-C
    #[arg(long, conflicts_with = "json")]
    pub watch: bool,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
