//! `deploy`: images, local AWS where wanted, and the stack.

use crate::{LeaseOptions, Speed, StackOptions};
use std::path::PathBuf;

const MORE: &str = "\
Examples:
  cargo xtask deploy --local
  cargo xtask deploy --stack demo --region eu-west-1 --set web.desired_count=3

While a new revision takes over, each service has a row; events of ECS and why tasks die stay above it. What can't get better
is stopped and rolled back once three identical deaths are known, or two a minute apart; --keep-trying leaves it to ECS.

Ctrl-C asks whether to stop this deployment and to go back; off a terminal, and on SIGTERM, that is done at once. Once more
leaves ECS to it: `cargo xtask wait` follows it again.

With --json each line of standard output is an object: \"event\" is status, message, death, cause, stopping, ended or, at the
end, outputs; docs/rollouts.md has their members.

Exit codes of a rollout: 0 it has taken over and answers, 1 failed, 20 rolled back, 21 superseded by another deployment,
22 stopped, 23 timed out, 24 paused at a hook.";

/// Build the images, show the plan, and bring the stack up to what the code says
///
/// With --local a local AWS is started first, in containers of its own that only this machine can reach. What is built
/// needs a Docker engine; on Debian and Ubuntu it is offered to be installed and started (--yes: without asking).
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,

    /// Take over resources of the stack's names that somebody else made
    #[arg(long)]
    pub adopt: bool,

    /// Apply the plan that `preview --out FILE` wrote, without asking, or nothing: exit code 4 says that something else would
    /// change by now
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,

    /// Do not wait until new tasks have taken over, but where a service is replaced: the old one must not go first
    #[arg(long, visible_alias = "detach")]
    pub no_wait: bool,

    /// Leave it to ECS to give up a deployment that can't get better, such as one whose image does not exist
    #[arg(long)]
    pub keep_trying: bool,

    /// With --local: run ECS's and the load balancer's own waits N times faster, such as bake times, health checks' intervals,
    /// cooldowns and draining; never the containers' own time. 1 unless given; a local AWS that runs keeps its own
    #[arg(long, value_name = "N", requires = "local")]
    pub local_speed: Option<Speed>,

    /// What happens while another run works on it.
    #[command(flatten)]
    pub wait: LeaseOptions,
}
