//! `logs`: the log lines of an app's tasks.

use std::time::Duration;

use crate::StackOptions;

const MORE: &str = "\
Examples:
  cargo xtask logs web --local
  cargo xtask logs web --follow
  cargo xtask logs php --since 1h --container web
  cargo xtask logs web --previous
  cargo xtask logs web --since 10m --json | jq -r .message

The lines of all tasks that the app's service runs, the newest last, each behind the first eight digits of its task's
id. Without --since they are the last 100. Lines go to standard output, all else to standard error.

--previous is for a task that fails again and again, or for what the last deploy replaced: the tasks that stopped last,
of one revision. ECS lists them for about an hour; after that it is the one that wrote last.

With --json: an object a line, {\"time\", \"task\", \"container\", \"message\"}.

Exit codes: 0 the lines were printed, also where there are none. 1 the log can't be read. 64 the command line is wrong.
With --follow it goes on until Ctrl-C, whose exit code is 130 as with `docker logs --follow`, or until its reader has
gone, as with `| head`: 0.";

/// Print the log lines of an app's tasks, and with --follow those that come
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The app, such as `web` or `php`
    pub app: String,

    /// Go on with the lines that come, those of new tasks too, until Ctrl-C
    #[arg(short, long, conflicts_with = "previous")]
    pub follow: bool,

    /// All lines of this time before now, such as 90s, 10m or 1h30m, instead of the last 100
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub since: Option<Duration>,

    /// The tasks that stopped last instead of those that run
    #[arg(long)]
    pub previous: bool,

    /// The lines of this container alone
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
