//! What ECS refuses of a service.

mod deployment;
mod load_balancing;
mod placement;
mod scheduling;
mod volumes;

pub use placement::{constraints, network, strategies};
pub use scheduling::{platform_version, rolling_update};
pub use volumes::managed_volume;

use super::findings::Findings;
use crate::service::Service;

/// Checks a service against every rule that needs nothing but the service itself.
///
/// What must fit its task definition is checked by [`service_and_task`](super::service_and_task).
pub fn service(service: &Service) -> Findings {
    let mut findings = Findings::default();
    scheduling::check(service, &mut findings);
    placement::check(service, &mut findings);
    load_balancing::check(service, &mut findings);
    deployment::check(service, &mut findings);
    volumes::check(service, &mut findings);
    findings
}
