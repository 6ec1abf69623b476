//! `continue` and `abort`: what becomes of a deployment that waits at a stage, or that is under way.

use crate::StackOptions;

const MORE: &str = "\
Examples:
  cargo xtask deploy --set web.deployment.strategy=canary --set web.deployment.pause_at=POST_TEST_TRAFFIC_SHIFT
  cargo xtask continue web
  cargo xtask abort web

Exit codes: of `continue` those of `cargo xtask wait`; `abort` ends with 0 once the revision before runs again.";

/// Decide on a deployment of an app that waits at a stage
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The app, such as `web` or `php`
    pub app: String,

    /// Do not wait for what comes of it
    #[arg(long, visible_alias = "detach")]
    pub no_wait: bool,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
