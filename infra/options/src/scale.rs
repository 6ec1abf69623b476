//! `scale`: how many tasks a deployed service has.

use crate::{LeaseOptions, StackOptions};

const MORE: &str = "\
Examples:
  cargo xtask scale web 4 --local
  cargo xtask scale php 2

Where Application Auto Scaling looks after the service, the number must be within its bounds, and it goes on deciding
from there. Elsewhere the number holds until the next deploy, which sets that of the settings again.

Not while another run works on the stack: it waits for that, or leaves with exit code 75 (--wait-for-lease 0).

With --json: {\"service\", \"cluster\", \"before\", \"desired\", \"running\"}.";

/// Set how many tasks a deployed service has, and wait until so many run and are healthy
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The service, such as `web` or `php`
    pub service: String,

    /// How many tasks it is to have; 0 stops it, where no autoscaler has a larger minimum
    #[arg(value_name = "TASKS", value_parser = clap::value_parser!(u32).range(..=i64::from(i32::MAX)))]
    pub desired: u32,

    /// Do not wait until so many tasks run
    #[arg(long)]
    pub no_wait: bool,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,

    /// What happens while another run works on it.
    #[command(flatten)]
    pub lease: LeaseOptions,
}
