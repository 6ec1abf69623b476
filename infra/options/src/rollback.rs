//! `rollback`: an earlier revision of an app runs again.

use crate::{LeaseOptions, StackOptions};

const MORE: &str = "\
Examples:
  cargo xtask rollback web --local
  cargo xtask rollback web 6

Without a revision the last one comes back that took over before the one that runs now. It is deployed as any other, by the
app's strategy. The code is ahead then: `preview` shows that, and the next deploy brings it again.

Exit codes: those of `cargo xtask wait`.";

/// Run an earlier revision of an app again
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The app, such as `web` or `php`
    pub app: String,

    /// The number of the revision, as `cargo xtask revisions` lists them
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub revision: Option<u32>,

    /// Do not wait until it has taken over
    #[arg(long, visible_alias = "detach")]
    pub no_wait: bool,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,

    /// What happens while another run works on it.
    #[command(flatten)]
    pub lease: LeaseOptions,
}
