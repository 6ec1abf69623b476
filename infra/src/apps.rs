//! Both apps, each where its settings say.

use crate::app::{AppInPlace, AppOf, Surroundings, app};
use crate::instances::{Instances, instances};
use crate::load_balancing::PHP_PATH;
use crate::network::s3_endpoint;
use crate::registry::Images;
use crate::runs_on::{OnFargate, OnInstances, OnInstancesAwsvpc};
use crate::settings::{Ec2NetworkMode, RunsOn};
use infra_engine::{ResourceId, Stack};
use infra_resources::NameError;
use infra_resources::image::App;

/// Both apps, and the instances where one of them needs some.
///
/// # Errors
/// When a name is too long.
pub fn apps(
    stack: &mut Stack,
    images: &Images,
    around: &Surroundings<'_>,
) -> Result<Vec<AppInPlace>, NameError> {
    let (names, settings) = (around.names, around.settings);
    let php = AppOf {
        app: App::Php,
        logical_name: "php",
        names: &names.php,
        settings: &settings.php,
        image: &images.php,
        paths: vec![PHP_PATH.to_owned(), format!("{PHP_PATH}/*")],
        priority: 100,
    };
    let web = AppOf {
        app: App::Web,
        logical_name: "web",
        names: &names.web,
        settings: &settings.web,
        image: &images.web,
        paths: vec!["*".to_owned()],
        priority: 200,
    };
    let mut shared = Shared::default();
    [web, php].iter().map(|app| in_its_place(stack, app, &mut shared, around)).collect()
}

/// What comes with the first app that needs it.
#[derive(Default)]
struct Shared {
    instances: Option<Instances>,
    s3_endpoint: Option<ResourceId>,
}

fn in_its_place(
    stack: &mut Stack,
    it: &AppOf<'_>,
    shared: &mut Shared,
    around: &Surroundings<'_>,
) -> Result<AppInPlace, NameError> {
    let settings = it.settings;
    match settings.runs_on {
        RunsOn::Fargate => app(stack, it, &OnFargate { spot_mix: None }, around),
        RunsOn::FargateSpot => app(stack, it, &OnFargate { spot_mix: Some(settings.spot_mix) }, around),
        RunsOn::Ec2 => {
            let Surroundings { names, settings: all, network, cluster, .. } = around;
            let instances = match &mut shared.instances {
                Some(made) => made,
                none => none.insert(instances(stack, names, all, network, cluster)?),
            };
            match settings.ec2_network_mode {
                Ec2NetworkMode::Bridge => app(stack, it, &OnInstances(instances), around),
                Ec2NetworkMode::Awsvpc => {
                    let s3_endpoint = shared
                        .s3_endpoint
                        .get_or_insert_with(|| s3_endpoint(stack, names, around.tasks.region, network))
                        .clone();
                    app(stack, it, &OnInstancesAwsvpc { instances, s3_endpoint }, around)
                }
            }
        }
    }
}
