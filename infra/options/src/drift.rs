//! `drift`: how what is deployed differs from the code.

use crate::StackOptions;

/// Show only how what is deployed differs from the code: changed by hand, missing, or no longer wanted
///
/// Exit code 3 says that something differs. `deploy` repairs it.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
