//! The task definitions of both apps.

use crate::identity::Roles;
use crate::load_balancing::PHP_PATH;
use crate::names::Names;
use crate::registry::Images;
use crate::settings::AppSettings;
use infra_engine::{Handle, Output, Stack};
use infra_resources::ecs::container::{HealthCheck, SystemControl};
use infra_resources::ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_resources::ecs::{Container, Fargate, Revision, StopTimeout, Task, VolumeOf};
use infra_resources::{Bucket, LogGroup};
use std::time::Duration;

/// The name of the one container in each task.
pub const CONTAINER: &str = "web";

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
}

/// The Rust app's task definition.
pub fn web(
    stack: &mut Stack,
    names: &Names,
    settings: &AppSettings,
    images: &Images,
    shared: &SharedByTasks<'_>,
) -> Revision<Fargate> {
    // A quarter of the task for the buffers of uploads: the rest is for thumbnails, connections and the system.
    let upload_memory = u64::from(settings.memory_mib.0) * 1024 * 1024 / 4;
    let container = container(&images.web, "web", settings, shared)
        .environment("UPLOAD_MEMORY_BYTES", upload_memory.to_string())
        .environment("DIRECT_UPLOAD", shared.direct_upload.to_string())
        .health_check(checked(HealthCheck::command(&["/usr/local/bin/app", "healthcheck"])));
    // It streams uploads to S3 and never writes to a disk.
    task(&names.web.task_family, settings, shared).container(container).add(stack, "web")
}

/// The PHP app's task definition.
pub fn php(
    stack: &mut Stack,
    names: &Names,
    settings: &AppSettings,
    images: &Images,
    shared: &SharedByTasks<'_>,
) -> Revision<Fargate> {
    let container = container(&images.php, "php", settings, shared)
        .environment("BASE_PATH", PHP_PATH)
        .health_check(checked(HealthCheck::shell("php -n /var/www/healthcheck.php")))
        // Apache's process id and PHP's upload buffers.
        .mount("scratch", "/tmp");
    task(&names.php.task_family, settings, shared)
        .volume(VolumeOf::scratch("scratch"))
        .container(container)
        .add(stack, "php")
}

/// What both tasks have in common.
fn task(family: &str, settings: &AppSettings, shared: &SharedByTasks<'_>) -> Task<Fargate> {
    Task::fargate_from_settings(family, settings.cpu_units, settings.memory_mib)
        .linux(CpuArchitecture::X86_64)
        .execution_role(shared.roles.execution.clone())
        .task_role(shared.roles.task.clone())
}

/// What both containers have in common.
fn container(
    image: &Output<String>,
    log_prefix: &str,
    settings: &AppSettings,
    shared: &SharedByTasks<'_>,
) -> Container<Fargate> {
    let stop_timeout = Duration::from_secs(settings.stop_timeout_seconds.into());
    Container::new(CONTAINER, image.clone())
        .port(settings.container_port)
        .environment("AWS_REGION", shared.region)
        .environment("S3_BUCKET", shared.bucket.name.clone())
        .environment("PORT", settings.container_port.to_string())
        .environment("STOP_TIMEOUT_SECONDS", before_the_end(stop_timeout).to_string())
        .awslogs(shared.logs.name.clone(), shared.region, log_prefix)
        .read_only_root()
        .system_control(SystemControl::unprivileged_ports())
        .stop_timeout(StopTimeout::from_settings(stop_timeout))
}

/// The seconds an app may take to finish its requests: some are left for its last words before ECS kills it.
fn before_the_end(stop_timeout: Duration) -> u64 {
    stop_timeout.as_secs().saturating_sub(5).max(1)
}

/// How often each container is checked.
fn checked(check: HealthCheck) -> HealthCheck {
    HealthCheck { interval: Some(10), timeout: Some(5), retries: Some(3), start_period: Some(10), ..check }
}
