//! `drift`: how what is deployed differs from the code.

use crate::StackOptions;

const MORE: &str = "\
Examples:
  cargo xtask drift --local
  cargo xtask drift --stack demo --json";

/// Show only how what is deployed differs from the code: changed by hand, missing, or no longer wanted
///
/// Exit code 3 says that something differs. `deploy` repairs it.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
