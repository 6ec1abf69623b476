//! The task definitions of all apps.

use crate::app_spec::Environment;
use crate::context::{App, TaskContext};
use crate::placement::Placement;
use crate::settings::StopBudget;
use infra_ecs::container::{HealthCheck, SystemControl};
use infra_ecs::typed::LaunchType;
use infra_ecs::{Container, Revision, StopTimeout, VolumeOf};
use infra_engine::Stack;
use std::time::Duration;

/// The name of the one container in each task, whichever app it runs.
pub const CONTAINER: &str = "web";

/// An app's task definition, wherever it runs.
pub fn task<P: Placement>(
    stack: &mut Stack,
    app: &App<'_>,
    placement: &P,
    family: &str,
    context: &TaskContext<'_>,
) -> Revision<P::On> {
    let App { spec, settings, .. } = app;
    let task = placement
        .task(family, settings)
        .linux(settings.cpu_architecture)
        .execution_role(context.roles.execution.clone())
        .task_role(context.roles.task.clone());
    let task = spec.scratch.iter().fold(task, |task, it| task.volume(VolumeOf::scratch(it.volume)));
    let container = placement.container(container(app, context), settings);
    task.container(container).add(stack, spec.name)
}

fn container<On: LaunchType>(app: &App<'_>, context: &TaskContext<'_>) -> Container<On> {
    let App { spec, settings, .. } = app;
    let stop_timeout = Duration::from_secs(settings.stop_timeout_seconds.into());
    let StopBudget { drain, finish } = StopBudget::of(settings, context.load_balancer);
    let container = Container::new(CONTAINER, app.image.clone())
        .environment("AWS_REGION", context.region)
        .environment("S3_BUCKET", context.bucket.name.clone())
        .environment("PORT", settings.container_port.to_string())
        .environment("DRAIN_SECONDS", drain.to_string())
        .environment("STOP_TIMEOUT_SECONDS", finish.max(1).to_string())
        .environment("TRUST_FORWARDED_HOST", context.load_balancer.trust_forwarded_host.to_string())
        .environment("STRIP_LOCATION", context.strip_location.to_string())
        .awslogs(context.logs.name.clone(), context.region, spec.name)
        .system_control(SystemControl::unprivileged_ports())
        .stop_timeout(StopTimeout::from_settings(stop_timeout))
        .health_check(often((spec.health_check)()));
    // The agent of ECS Exec writes to the root file system and leaves processes to be reaped.
    // AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-considerations>
    let container =
        if settings.execute_command { container.init_process() } else { container.read_only_root() };
    let idle_timeout_seconds = context.load_balancer.idle_timeout_seconds;
    let environment = Environment { direct_upload: context.direct_upload, idle_timeout_seconds };
    let base_path = (!spec.path.is_empty()).then(|| ("BASE_PATH", spec.path.to_owned()));
    let own = base_path.into_iter().chain((spec.environment)(settings, &environment));
    let container = own.fold(container, |container, (name, value)| container.environment(name, value));
    let behind_tls = context.load_balancer.certificate.as_ref().map(|_| ("BEHIND_TLS", "true"));
    let container =
        behind_tls.into_iter().fold(container, |container, (name, value)| container.environment(name, value));
    let limits = context.uploads.environment().into_iter();
    let container = limits.fold(container, |container, (name, value)| container.environment(&name, value));
    let secrets = settings.secrets.iter();
    let container = secrets.fold(container, |container, it| container.secret(&it.name, it.from.as_str()));
    spec.scratch.iter().fold(container, |container, it| container.mount(it.volume, it.path))
}

/// How often each container is checked.
fn often(check: HealthCheck) -> HealthCheck {
    HealthCheck { interval: Some(10), timeout: Some(5), retries: Some(3), start_period: Some(10), ..check }
}
