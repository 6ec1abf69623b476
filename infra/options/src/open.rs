//! `open`: an app in the browser.

use crate::StackOptions;

const MORE: &str = "\
Examples:
  cargo xtask open web --local
  cargo xtask open php
  curl --head \"$(cargo xtask open web)\"

The URL goes to standard output. Where there is no graphical session, or its browser does not start, that is said on
standard error.

With --json: {\"app\", \"url\", \"opened\"}.

Exit codes: 0 the URL was printed, whether or not a browser has opened it. 1 the stack is not deployed or has no such
app. 64 the command line is wrong.";

/// Print an app's URL and open it in the browser
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The app, such as `web` or `php`
    pub app: String,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
