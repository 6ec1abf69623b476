//! `outputs`: the addresses and names a deployed stack is used by.

use crate::StackOptions;

/// Print the deployed stack's URLs and names
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
