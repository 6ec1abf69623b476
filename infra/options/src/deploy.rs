//! `deploy`: images, local AWS where wanted, and the stack.

use crate::{LeaseOptions, Speed, StackOptions};

/// Build the images, show the plan, and bring the stack up to what the code says
///
/// With --local a local AWS is started first, in containers of its own that only this machine can reach. What is built
/// needs a Docker engine; on Debian and Ubuntu it is offered to be installed and started (--yes: without asking).
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,

    /// Take over resources of the stack's names that somebody else made
    #[arg(long)]
    pub adopt: bool,

    /// Do not wait until new tasks have taken over, but where a service is replaced: the old one must not go first
    #[arg(long)]
    pub no_wait: bool,

    /// With --local: run ECS's and the load balancer's own waits N times faster, such as bake times, health checks' intervals,
    /// cooldowns and draining; never the containers' own time. 1 unless given; a local AWS that runs keeps its own
    #[arg(long, value_name = "N", requires = "local")]
    pub local_speed: Option<Speed>,

    /// What happens while another run works on it.
    #[command(flatten)]
    pub wait: LeaseOptions,
}
