//! `outputs`: the addresses and names a deployed stack is used by.

use crate::StackOptions;

const MORE: &str = "\
Examples:
  cargo xtask outputs --local
  cargo xtask outputs --json";

/// Print the deployed stack's URLs and names
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
