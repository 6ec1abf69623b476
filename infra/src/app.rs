//! One app from its image to the load balancer. Its order is what makes a move between launch types one without a gap:
//! requests are sent to a new service's tasks only once these are healthy, and the old service goes last.

use crate::load_balancing::{Balancer, target_group, targets_known, traffic};
use crate::names::{AppNames, Names};
use crate::network::Network;
use crate::runs_on::RunsOn;
use crate::scaling::scaling;
use crate::service::{Backend, service};
use crate::settings::{AppSettings, Settings};
use crate::task::{SharedByTasks, task};
use infra_engine::{Output, Stack};
use infra_resources::NameError;
use infra_resources::ecs::{ClusterRef, TaskDefinition};
use infra_resources::image::App;

/// One app.
pub struct AppOf<'a> {
    /// Which one.
    pub app: App,
    /// What the program calls it.
    pub logical_name: &'static str,
    /// Its names in the account.
    pub names: &'a AppNames,
    /// Its settings.
    pub settings: &'a AppSettings,
    /// The image that its tasks run.
    pub image: &'a Output<String>,
    /// The paths of requests for it.
    pub paths: Vec<String>,
    /// The place of these paths among the load balancer's rules.
    pub priority: u16,
}

/// What apps share.
pub struct Surroundings<'a> {
    /// The names of the stack.
    pub names: &'a Names,
    /// The settings of the stack.
    pub settings: &'a Settings,
    /// The network.
    pub network: &'a Network,
    /// The cluster.
    pub cluster: &'a ClusterRef,
    /// The load balancer.
    pub balancer: &'a Balancer,
    /// What the tasks share.
    pub tasks: &'a SharedByTasks<'a>,
}

/// An app that is in the stack.
pub struct AppInPlace {
    /// What the program calls it.
    pub logical_name: &'static str,
    /// The name of its service.
    pub service: String,
    /// What each of its tasks is.
    pub task: TaskDefinition,
}

/// Task definition, target group, service, rule and autoscaler of an app.
///
/// # Errors
/// When a name is too long.
pub fn app<P: RunsOn>(
    stack: &mut Stack,
    app: &AppOf<'_>,
    place: &P,
    around: &Surroundings<'_>,
) -> Result<AppInPlace, NameError> {
    let (name, names) = (app.logical_name, around.names);
    let revision = task(stack, app, place, around.tasks);
    let targets = target_group::<P::Target>(stack, names, around.settings, around.network, app)?;
    let known = targets_known(stack, names, around.balancer, name, &targets);
    let backend = Backend { targets: &targets, forwarded_by: &known };
    let service_name = names.service(name, &[P::SHAPE, &targets.name])?;
    let service = service(stack, app, &service_name, place, around, &revision, &backend);
    traffic(stack, names, around.balancer, app, &targets, &service);
    scaling(stack, app, &service_name, around, &targets, &service);
    Ok(AppInPlace { logical_name: name, service: service_name, task: revision.definition().clone() })
}
