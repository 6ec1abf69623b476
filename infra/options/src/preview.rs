//! `preview`: what deploy would change, without changing anything.

use crate::StackOptions;

/// Show what deploy would create, update, replace and delete, property by property
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,

    /// Assume that resources of the stack's names that somebody else made are taken over
    #[arg(long)]
    pub adopt: bool,
}
