//! `revisions`: the revisions of an app's task definition.

use crate::StackOptions;

const MORE: &str = "\
Examples:
  cargo xtask revisions web --local
  cargo xtask revisions php --last 50
  cargo xtask revisions web --json

States: `running` has the service's tasks; `deploying` is on its way to that; `previous` ran before it; `completed` ran
earlier; `rolling back`, `rolled back`, `stopping`, `stopped` and `failed` say how its last deployment ends or ended;
`registered` was not deployed as far as ECS remembers, which is 90 days; `inactive` is deregistered. Of those that are
deregistered only the one that the service runs is listed.

With --json: [{\"revision\", \"task_definition\", \"state\", \"image\", \"registered_at\", \"registered_by\"}].

Exit codes: 0 they were printed. 1 they can't be read. 64 the command line is wrong.";

/// List the revisions of an app's task definition: their images, who registered them and which runs
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The app, such as `web` or `php`
    pub app: String,

    /// How many revisions, the newest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    pub last: u16,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
