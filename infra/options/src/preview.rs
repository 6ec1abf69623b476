//! `preview`: what deploy would change, without changing anything.

use crate::StackOptions;
use std::path::PathBuf;

const MORE: &str = "\
Examples:
  cargo xtask preview --local
  cargo xtask preview --stack demo --region eu-west-1 --set web.memory_mib=4096
  cargo xtask preview --markdown --out plan.json

In a pipeline the last one is for the pull request, its text as a comment and the file kept; once that is agreed to,
`cargo xtask deploy --plan plan.json` applies exactly that, with the same --stack and --set, and asks nothing. Exit code 2 says that
something would change.";

/// Show what deploy would create, update, replace and delete, property by property
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,

    /// Assume that resources of the stack's names that somebody else made are taken over
    #[arg(long)]
    pub adopt: bool,

    /// Print the plan as Markdown on standard output, for a comment on a pull request
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,

    /// Write the plan to a file, for `deploy --plan FILE`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
