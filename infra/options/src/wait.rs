//! `wait`: follows what is being deployed to its end.

use crate::StackOptions;

const MORE: &str = "\
Examples:
  cargo xtask wait --local
  cargo xtask wait web

A deploy that was detached from, or whose terminal has gone, goes on in ECS: this follows it again, and ends as the deploy
would have ended. Where nothing is being deployed it ends at once. Ctrl-C stops the deployment, twice detaches again.

Exit codes: 0 it has taken over, 1 failed, 20 rolled back, 21 superseded, 22 stopped, 23 timed out, 24 paused at a hook.";

/// Follow what is being deployed to its end
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The app, such as `web` or `php`; all of the stack unless given
    pub app: Option<String>,

    /// Leave it to ECS to give up a deployment that can't get better
    #[arg(long)]
    pub keep_trying: bool,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
