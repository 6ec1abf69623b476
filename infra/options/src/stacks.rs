//! `stacks`: which stacks live here. `cargo xtask` asks for them to know whether a local AWS still has one.

use crate::StackOptions;

/// Print the names of the stacks that live here
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
