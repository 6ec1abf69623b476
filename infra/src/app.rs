//! One app from its image to the load balancer. Its order is what makes a move between launch types one without a gap:
//! requests are sent to a new service's tasks only once these are healthy, and the old service goes last.

use crate::app_spec::AppSpec;
use crate::context::{App, Context};
use crate::instances::{Instances, instances};
use crate::network::s3_endpoint;
use crate::placement::{OnFargate, OnInstances, OnInstancesAwsvpc, Placement};
use crate::scaling::scaling;
use crate::service::{Backend, service};
use crate::settings::{AppSettings, Compute, Ec2NetworkMode};
use crate::shifting::shifting;
use crate::task::task;
use crate::traffic::{target_group, targets_known, traffic};
use infra_ecs::TaskDefinition;
use infra_engine::{Output, ResourceId, Stack};
use infra_resources::NameError;

/// An app that is in the stack.
pub struct DeployedApp<'a> {
    /// What it is.
    pub spec: &'static AppSpec,
    /// Its settings.
    pub settings: &'a AppSettings,
    /// The name of its service.
    pub service: String,
    /// What each of its tasks is.
    pub task: TaskDefinition,
}

/// All apps, each where its settings say, and the instances where one of them needs some.
///
/// # Errors
/// When a name is too long.
pub fn apps<'a>(
    stack: &mut Stack,
    images: &'a [Output<String>],
    context: &Context<'a>,
) -> Result<Vec<DeployedApp<'a>>, NameError> {
    let mut shared = Shared::default();
    let with_images = context.settings.apps.iter().zip(images).enumerate();
    let apps =
        with_images.map(|(position, ((spec, settings), image))| App { spec, position, settings, image });
    apps.map(|app| placed(stack, &app, &mut shared, context)).collect()
}

/// What comes with the first app that needs it.
#[derive(Default)]
struct Shared {
    instances: Option<Instances>,
    s3_endpoint: Option<ResourceId>,
}

fn placed<'a>(
    stack: &mut Stack,
    it: &App<'a>,
    shared: &mut Shared,
    context: &Context<'_>,
) -> Result<DeployedApp<'a>, NameError> {
    let settings = it.settings;
    match settings.runs_on {
        Compute::Fargate => app(stack, it, &OnFargate { spot_mix: None }, context),
        Compute::FargateSpot => app(stack, it, &OnFargate { spot_mix: Some(settings.spot_mix) }, context),
        Compute::Ec2 => {
            let Context { names, settings: all, keys, network, cluster, .. } = context;
            let instances = match &mut shared.instances {
                Some(made) => made,
                none => none.insert(instances(stack, names, all, network, cluster, keys)?),
            };
            match settings.ec2_network_mode {
                Ec2NetworkMode::Bridge => app(stack, it, &OnInstances(instances), context),
                Ec2NetworkMode::Awsvpc => {
                    let s3_endpoint = shared
                        .s3_endpoint
                        .get_or_insert_with(|| s3_endpoint(stack, names, context.tasks.region, network))
                        .clone();
                    app(stack, it, &OnInstancesAwsvpc { instances, s3_endpoint }, context)
                }
            }
        }
    }
}

/// Task definition, target group, service, rule and autoscaler of an app.
fn app<'a, P: Placement>(
    stack: &mut Stack,
    app: &App<'a>,
    placement: &P,
    context: &Context<'_>,
) -> Result<DeployedApp<'a>, NameError> {
    let names = context.names;
    let revision = task(stack, app, placement, &names.task_family(app.spec)?, context.tasks);
    let targets = target_group::<P::Target>(stack, app, context)?;
    let known = targets_known(stack, context.balancer, app, &targets);
    let shifting = shifting(stack, app, context, &targets)?;
    let backend = Backend { targets: &targets, forwarded_by: &known, shifting: shifting.as_ref() };
    let service_name = names.service(app.spec, &[P::SHAPE, &targets.name])?;
    let service = service(stack, app, &service_name, placement, context, &revision, &backend);
    if shifting.is_none() {
        traffic(stack, context.balancer, app, &targets, &service);
    }
    scaling(stack, app, &service_name, context, &targets, &service);
    Ok(DeployedApp {
        spec: app.spec,
        settings: app.settings,
        service: service_name,
        task: revision.definition().clone(),
    })
}
