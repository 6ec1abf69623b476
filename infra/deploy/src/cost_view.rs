//! How the estimated cost of a stack and of a change looks to people.

use crate::live_usage;
use crate::session::Session;
use infra_engine::refresh::World;
use infra_engine::{Failure, Resource};
use infra_resources::DefaultVpc;
use infra_resources::cost::estimate;

/// Prints what the stack will cost in a month and how much that is more or less than now, marked as an estimate.
///
/// # Errors
/// When what the stack uses now can't be read.
pub async fn print(session: &Session, world: &World) -> Result<(), Failure> {
    let (used, mut counts) = live_usage::read(&session.aws).await?;
    if let Some(zones) = zones(world) {
        counts.zones = zones;
    }
    let after = estimate(&infra::cost::usage(&session.settings, &counts));
    let before = estimate(&used);
    infra_options::say!("cost: {after}");
    for line in &after.lines {
        let price = line.monthly.map_or("price not known".to_owned(), |monthly| monthly.to_string());
        infra_options::say!("  {price:>16}  {}", line.what);
    }
    infra_options::say!("change: {}", after.change_from(&before));
    Ok(())
}

/// The load balancer is in every zone of the default VPC that is not left out.
fn zones(world: &World) -> Option<u32> {
    let vpc = world.live.iter().find(|(id, _)| id.kind == DefaultVpc::KIND)?;
    let subnets = vpc.1.outputs.get("subnet_ids")?.as_array()?.len();
    u32::try_from(subnets).ok()
}
