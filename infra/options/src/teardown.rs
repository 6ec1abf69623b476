//! `teardown`: everything of a stack gone, and the local AWS with its last stack.

use crate::{LeaseOptions, StackOptions};

const MORE: &str = "\
Examples:
  cargo xtask teardown --local
  cargo xtask teardown --stack demo --region eu-west-1";

/// Delete everything that belongs to the stack
///
/// With --local, the local AWS goes with its last stack: its containers, its tasks' containers, its network and the
/// apps' images, except those that another container uses. Base images (Debian, Rust, the local AWS) stay as a cache
/// for the next deploy; `docker image rm` removes them.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,

    /// What happens while another run works on it.
    #[command(flatten)]
    pub wait: LeaseOptions,
}
