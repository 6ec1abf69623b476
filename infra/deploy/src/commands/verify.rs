//! `verify`: whether what a rollout needs is there. Reads only.

mod image;
mod instances;

mod log_groups;
mod policy;
mod report;
mod roles;
mod security_groups;
mod subject;
mod subnets;
mod target_group;

use crate::judgement::Judgement;
use crate::session::Session;
use crate::setup::Setup;
use anyhow::Result;
use infra_aws::{Aws, live_service};
use infra_engine::Failure;
use infra_options::verify::Options;
use infra_wire::read_cache;
use instances::Instances;
use report::Report;
use std::process::ExitCode;
use subject::Subject;
use target_group::Balancing;

const NOT_DEPLOYED: &str = "the service is not deployed";

/// Checks the apps, and prints what was found; exit code 1 says that something is not as it must be.
pub(super) async fn run(options: Options, setup: &Setup) -> Result<ExitCode> {
    let session = Session::open(&options.stack, setup).await?;
    session.aws.account.confirm().await?;
    let specs = session.settings.apps.specs();
    if let Some(app) = options.app.as_ref().filter(|app| !specs.iter().any(|spec| spec.name == **app)) {
        let names: Vec<_> = specs.iter().map(|spec| spec.name).collect();
        let unknown = Failure::new(format!("there is no app {app}"));
        return Err(unknown.hint(format!("the apps are: {}", names.join(", "))).into());
    }
    let _cache = read_cache::begin();
    let services = live_service::services(&session.aws).await?;
    let mut report = Report::default();
    let apps = session.settings.apps.iter();
    for (spec, settings) in apps.filter(|(spec, _)| options.app.as_ref().is_none_or(|app| spec.name == app)) {
        let subject = Subject::of(&session, spec, settings, &services).await?;
        let zones = &session.settings.network.excluded_zones;
        report.add(spec.name, judge(&session.aws, &subject, zones).await);
    }
    report.print(options.stack.json)?;
    Ok(report.exit_code())
}

/// Every check of one app, all at once.
async fn judge(aws: &Aws, subject: &Subject, excluded_zones: &[String]) -> Vec<(&'static str, Judgement)> {
    let ((image, processor), execution, task, secrets, log_groups, balancing, instances) = tokio::join!(
        image::check(aws, subject),
        roles::execution(aws, subject),
        roles::task(aws, subject),
        roles::secrets(aws, subject),
        log_groups::check(aws, subject),
        target_group::read(aws, subject),
        read_instances(aws, subject),
    );
    let (group, rule, security_groups) = balanced(aws, subject, &balancing, &instances).await;
    let subnets = match &instances {
        Ok(instances) => subnets::check(aws, subject, excluded_zones, instances.as_ref()).await.into(),
        Err(failure) => Judgement::from(failure),
    };
    let room = match &instances {
        Ok(None) if subject.on_fargate() => None,
        Ok(None) => Some(Judgement::unknown(NOT_DEPLOYED)),
        Ok(Some(instances)) => Some(instances.have_room(subject)),
        Err(failure) => Some(Judgement::from(failure)),
    };
    let mut checks = vec![
        ("service", service(subject)),
        ("image", image),
        ("processor", processor),
        ("execution role", execution.into()),
        ("task role", task.into()),
        ("secrets", secrets.into()),
        ("log group", log_groups),
        ("target group", group),
        ("listener rule", rule),
        ("security groups", security_groups),
        ("way to ECR", subnets),
    ];
    checks.extend(room.map(|room| ("instances", room)));
    checks
}

fn service(subject: &Subject) -> Judgement {
    let Some(service) = &subject.service else {
        return Judgement::failed("it is not deployed", "cargo xtask deploy");
    };
    let revision = live_service::last_part(&service.task_definition);
    let (running, desired) = (service.running_count, service.desired_count);
    Judgement::ok(format!("{} with {revision}, {running} of {desired} tasks run", service.service_name))
}

/// The instances of a service that does not run on Fargate; nothing where it does, or is not deployed.
async fn read_instances(aws: &Aws, subject: &Subject) -> Result<Option<Instances>, Failure> {
    match &subject.service {
        _ if subject.on_fargate() => Ok(None),
        Some(service) => Instances::of(aws, service).await.map(Some),
        None => Ok(None),
    }
}

/// What lies between the load balancer and the tasks.
async fn balanced(
    aws: &Aws,
    subject: &Subject,
    balancing: &Result<Option<Balancing>, Failure>,
    instances: &Result<Option<Instances>, Failure>,
) -> (Judgement, Judgement, Judgement) {
    let all = |judgement: &dyn Fn() -> Judgement| (judgement(), judgement(), judgement());
    let balancing = match balancing {
        Ok(Some(balancing)) => balancing,
        Ok(None) if subject.service.is_none() => return all(&|| Judgement::unknown(NOT_DEPLOYED)),
        Ok(None) => return all(&|| Judgement::ok("the service is behind no load balancer")),
        Err(failure) => return all(&|| Judgement::from(failure)),
    };
    let security_groups = match instances {
        Ok(instances) => security_groups::check(aws, subject, balancing, instances.as_ref()).await.into(),
        Err(failure) => Judgement::from(failure),
    };
    (balancing.fits(subject), balancing.is_led_to(subject.spec.path), security_groups)
}
