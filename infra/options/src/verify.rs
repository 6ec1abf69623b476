//! `verify`: whether what a rollout needs is there.

use crate::StackOptions;

const MORE: &str = "\
Examples:
  cargo xtask verify
  cargo xtask verify web --local
  cargo xtask verify php --stack demo --json

Reads only. Looks at what is deployed, not at what the code says (that is
drift): the image and its processor, the two roles, secrets, log groups, the
target group and its rule, security groups, the way to ECR, and with the launch
type EC2 the instances. What can't be read, for example as the credentials do
not allow it, is shown as `?` and is not a failure.

Exit code 0: nothing failed; 1: something failed, or is not deployed.

With --json: a list of {\"app\", \"check\", \"result\", \"what\", \"next\"}; the result
is \"ok\", \"failed\" or \"unknown\".";

/// Check that what a rollout needs is there, from the image to the network
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The app, such as `web` or `php`; all of them unless one is given
    pub app: Option<String>,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}
