//! How the estimated cost of a stack and of a change looks to people.

use crate::live_usage;
use crate::session::Session;
use infra_engine::refresh::World;
use infra_engine::{Failure, Resource};
use infra_resources::DefaultVpc;
use infra_resources::cost::estimate;

/// What the stack will cost in a month and how much that is more or less than now, marked as an estimate; a line for each part.
///
/// # Errors
/// When what the stack uses now can't be read.
pub async fn lines(session: &Session, world: &World) -> Result<Vec<String>, Failure> {
    let (used, mut counts) = live_usage::read(&session.aws).await?;
    if let Some(zones) = zones(world) {
        counts.zones = zones;
    }
    let after = estimate(&infra::cost::usage(&session.settings, &counts));
    let before = estimate(&used);
    let parts = after.lines.iter().map(|line| {
        let price = line.monthly.map_or("price not known".to_owned(), |monthly| monthly.to_string());
        format!("  {price:>16}  {}", line.what)
    });
    let change = format!("change: {}", after.change_from(&before));
    Ok([format!("cost: {after}")].into_iter().chain(parts).chain([change]).collect())
}

/// The load balancer is in every zone of the default VPC that is not left out.
fn zones(world: &World) -> Option<u32> {
    let vpc = world.live.iter().find(|(id, _)| id.kind == DefaultVpc::KIND)?;
    let subnets = vpc.1.outputs.get("subnet_ids")?.as_array()?.len();
    u32::try_from(subnets).ok()
}
