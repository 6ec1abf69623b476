//! `exec`: a command in a container of a task that runs.

use crate::StackOptions;

/// What runs where no command is given.
pub const SHELL: &str = "/bin/sh";

const MORE: &str = "\
Examples:
  cargo xtask exec php --local
  cargo xtask exec php --local -- php -v
  cargo xtask exec web --task 0f3a91c2 --container web -- /usr/local/bin/app healthcheck

On AWS it takes ECS Exec: deploy with `--set web.execute_command=true` first, and install AWS's Session Manager plugin
on this machine. Tasks on ec2 with awsvpc reach Session Manager only through an interface endpoint for `ssmmessages`.
With --local it takes neither: it is `docker exec`.

Exit codes: with --local the command's own; 126 or 127 where it can't be run. On AWS 0 when the session has ended, as
Session Manager does not report the command's. 1 when there is no session. 64 the command line is wrong.";

/// Run a command in a task of an app; a shell unless one is given
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The app, such as `web` or `php`
    pub app: String,

    /// The task, by its id or how that begins; by default the one that has run longest
    #[arg(long, value_name = "ID")]
    pub task: Option<String>,

    /// The container; by default the first essential one
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,

    /// The command and its arguments, instead of `/bin/sh`
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}
