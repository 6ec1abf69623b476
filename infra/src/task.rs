//! The task definitions of both apps.

use crate::app::AppOf;
use crate::identity::Roles;
use crate::load_balancing::PHP_PATH;
use crate::runs_on::RunsOn;
use crate::settings::{AppSettings, LoadBalancerSettings, StopBudget};
use infra_engine::{Handle, Output, Stack};
use infra_resources::ecs::container::{HealthCheck, SystemControl};
use infra_resources::ecs::typed::LaunchType;
use infra_resources::ecs::{Container, Revision, StopTimeout, VolumeOf};
use infra_resources::image::App;
use infra_resources::{Bucket, LogGroup};
use std::time::Duration;

/// The name of the one container in each task.
pub const CONTAINER: &str = "web";

/// The volume of the PHP app's temporary files.
const SCRATCH: &str = "scratch";

/// The Rust app does not start with less: it is room for one part of an upload.
const LEAST_UPLOAD_MEMORY: u64 = 6 * 1024 * 1024;

/// What the tasks of both apps use.
pub struct SharedByTasks<'a> {
    /// The region.
    pub region: &'a str,
    /// Where uploads go.
    pub bucket: &'a Handle<Bucket>,
    /// Who the tasks are.
    pub roles: &'a Roles,
    /// Where logs go.
    pub logs: &'a Handle<LogGroup>,
    /// Whether browsers upload to the bucket themselves.
    pub direct_upload: bool,
    /// How the load balancer treats connections and tasks that go.
    pub load_balancer: &'a LoadBalancerSettings,
    /// Whether positions are removed from images.
    pub strip_location: bool,
}

/// An app's task definition, wherever it runs.
pub fn task<P: RunsOn>(
    stack: &mut Stack,
    app: &AppOf<'_>,
    place: &P,
    shared: &SharedByTasks<'_>,
) -> Revision<P::On> {
    let settings = app.settings;
    let container = place.container(container(app.image, app.logical_name, settings, shared), settings);
    let task = place
        .task(&app.names.task_family, settings)
        .linux(settings.cpu_architecture)
        .execution_role(shared.roles.execution.clone())
        .task_role(shared.roles.task.clone());
    let task = match app.app {
        // It streams uploads to S3 and never writes to a disk.
        App::Web => task.container(web(container, settings, shared)),
        App::Php => task.volume(VolumeOf::scratch(SCRATCH)).container(php(container, settings)),
    };
    task.add(stack, app.logical_name)
}

/// What only the Rust app's container has.
fn web<On: LaunchType>(
    container: Container<On>,
    settings: &AppSettings,
    shared: &SharedByTasks<'_>,
) -> Container<On> {
    // A quarter of the task for the buffers of uploads: the rest is for thumbnails, connections and the system.
    let upload_memory = (u64::from(settings.memory_mib.0) * 1024 * 1024 / 4).max(LEAST_UPLOAD_MEMORY);
    container
        .environment("UPLOAD_MEMORY_BYTES", upload_memory.to_string())
        .environment("DIRECT_UPLOAD", shared.direct_upload.to_string())
        .environment("KEEP_ALIVE_SECONDS", longer_than(shared.load_balancer.idle_timeout_seconds).to_string())
        .health_check(checked(HealthCheck::command(&["/usr/local/bin/app", "healthcheck"])))
}

/// What only the PHP app's container has.
fn php<On: LaunchType>(container: Container<On>, settings: &AppSettings) -> Container<On> {
    container
        .environment("BASE_PATH", PHP_PATH)
        // On Fargate a container does not see the limit of its task. It has as many processes as fit.
        .environment("MEMORY_MIB", settings.memory_mib.0.to_string())
        .health_check(checked(HealthCheck::shell("php -n /var/www/healthcheck.php")))
        // Apache's process id and PHP's upload buffers.
        .mount(SCRATCH, "/tmp")
}

/// What both containers have in common.
fn container<On: LaunchType>(
    image: &Output<String>,
    log_prefix: &str,
    settings: &AppSettings,
    shared: &SharedByTasks<'_>,
) -> Container<On> {
    let stop_timeout = Duration::from_secs(settings.stop_timeout_seconds.into());
    let StopBudget { drain, finish } = StopBudget::of(settings, shared.load_balancer);
    Container::new(CONTAINER, image.clone())
        .environment("AWS_REGION", shared.region)
        .environment("S3_BUCKET", shared.bucket.name.clone())
        .environment("PORT", settings.container_port.to_string())
        .environment("DRAIN_SECONDS", drain.to_string())
        .environment("STOP_TIMEOUT_SECONDS", finish.max(1).to_string())
        .environment("TRUST_FORWARDED_HOST", shared.load_balancer.trust_forwarded_host.to_string())
        .environment("STRIP_LOCATION", shared.strip_location.to_string())
        .awslogs(shared.logs.name.clone(), shared.region, log_prefix)
        .read_only_root()
        .system_control(SystemControl::unprivileged_ports())
        .stop_timeout(StopTimeout::from_settings(stop_timeout))
}

/// An idle connection that the app closes just as the load balancer sends a request on it is a 502. So the load balancer
/// has to close it first.
fn longer_than(idle_timeout_seconds: u32) -> u32 {
    idle_timeout_seconds.saturating_add(5)
}

/// How often each container is checked.
fn checked(check: HealthCheck) -> HealthCheck {
    HealthCheck { interval: Some(10), timeout: Some(5), retries: Some(3), start_period: Some(10), ..check }
}
