//! `explain`: why a resource is created, changed, replaced or left; and why a rule of ECS is there.

use crate::StackOptions;

const MORE: &str = "\
Examples:
  cargo xtask explain service/web --local
  cargo xtask explain T34";

/// Show why deploy would create, change, replace or leave a resource, and what earlier runs here did with it; or why a rule of
/// ECS is there
///
/// A rule is shown with its reason, an example and the page of AWS's documentation, without any call.
///
/// Every run writes the calls it makes to `target/journal/`, one line of JSON each, without bodies or credentials.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The resource: its address, such as `service/web`, or its name in the account; or the number of a rule, such as `T34`
    #[arg(value_name = "RESOURCE|RULE")]
    pub resource: String,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
