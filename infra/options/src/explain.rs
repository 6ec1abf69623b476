//! `explain`: why a resource is created, changed, replaced or left.

use crate::StackOptions;

/// Show why deploy would create, change, replace or leave a resource, and what earlier runs here did with it
///
/// Every run writes the calls it makes to `target/journal/`, one line of JSON each, without bodies or credentials.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The resource: its address, such as `service/web`, or its name in the account
    pub resource: String,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
