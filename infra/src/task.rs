//! The task definitions of both apps.

use crate::ProgramError;
use crate::identity::Roles;
use crate::load_balancing::PHP_PATH;
use crate::names::Names;
use crate::registry::Images;
use crate::settings::AppSettings;
use infra_engine::{Handle, Output, Stack};
use infra_resources::ecs::{
    ContainerDefinition, ContainerHealthCheck, FargateSize, KeyValue, LogConfiguration, MountPoint,
    PortMapping, RuntimePlatform, SystemControl, TaskDefinition, Volume,
};
use infra_resources::{Bucket, LogGroup};

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
}

/// The Rust app's task definition.
///
/// # Errors
/// When Fargate has no task of the size in the settings.
pub fn web(
    stack: &mut Stack,
    names: &Names,
    settings: &AppSettings,
    images: &Images,
    shared: &SharedByTasks<'_>,
) -> Result<Handle<TaskDefinition>, ProgramError> {
    let container = Container {
        image: images.web.clone(),
        log_prefix: "web",
        environment: Vec::new(),
        health_check: &["CMD", "/usr/local/bin/app", "healthcheck"],
        // It streams uploads to S3 and never writes to a disk.
        writable_directory: None,
    };
    let definition = task_definition("web", &names.web.task_family, settings, container, shared)?;
    Ok(stack.add("web", definition))
}

/// The PHP app's task definition.
///
/// # Errors
/// When Fargate has no task of the size in the settings.
pub fn php(
    stack: &mut Stack,
    names: &Names,
    settings: &AppSettings,
    images: &Images,
    shared: &SharedByTasks<'_>,
) -> Result<Handle<TaskDefinition>, ProgramError> {
    let container = Container {
        image: images.php.clone(),
        log_prefix: "php",
        environment: vec![KeyValue::new("BASE_PATH", PHP_PATH)],
        health_check: &["CMD-SHELL", "php -n /var/www/healthcheck.php"],
        // Apache's process id and PHP's upload buffers.
        writable_directory: Some("/tmp"),
    };
    let definition = task_definition("php", &names.php.task_family, settings, container, shared)?;
    Ok(stack.add("php", definition))
}

/// In what the two containers differ.
struct Container {
    image: Output<String>,
    log_prefix: &'static str,
    environment: Vec<KeyValue>,
    health_check: &'static [&'static str],
    writable_directory: Option<&'static str>,
}

fn task_definition(
    app: &str,
    family: &str,
    settings: &AppSettings,
    container: Container,
    shared: &SharedByTasks<'_>,
) -> Result<TaskDefinition, ProgramError> {
    let size = FargateSize::new(settings.cpu_units, settings.memory_mib)
        .map_err(|source| ProgramError::TaskSize { setting: format!("{app}.memory_mib"), source })?;
    let volumes = container.writable_directory.map(|_| Volume { name: "scratch".to_owned() });
    Ok(TaskDefinition {
        family: family.to_owned(),
        requires_compatibilities: vec!["FARGATE".to_owned()],
        network_mode: "awsvpc".to_owned(),
        cpu: size.cpu(),
        memory: size.memory(),
        runtime_platform: RuntimePlatform::linux_x86_64(),
        execution_role_arn: shared.roles.execution.arn.clone(),
        task_role_arn: shared.roles.task.arn.clone(),
        container_definitions: vec![container_definition(settings, container, shared)],
        volumes: volumes.into_iter().collect(),
    })
}

fn container_definition(
    settings: &AppSettings,
    container: Container,
    shared: &SharedByTasks<'_>,
) -> ContainerDefinition {
    let mut environment = container.environment;
    environment.push(KeyValue::new("AWS_REGION", shared.region));
    environment.push(KeyValue { name: "S3_BUCKET".to_owned(), value: shared.bucket.name.clone() });
    environment.push(KeyValue::new("PORT", settings.container_port.to_string()));
    ContainerDefinition {
        name: CONTAINER.to_owned(),
        image: container.image,
        essential: true,
        port_mappings: vec![PortMapping { container_port: settings.container_port }],
        environment,
        log_configuration: LogConfiguration::awslogs(
            shared.logs.name.clone(),
            shared.region,
            container.log_prefix,
        ),
        health_check: ContainerHealthCheck {
            command: container.health_check.iter().map(|&word| word.to_owned()).collect(),
            interval: 10,
            timeout: 5,
            retries: 3,
            start_period: 10,
        },
        readonly_root_filesystem: true,
        mount_points: container.writable_directory.map(scratch_at).into_iter().collect(),
        system_controls: vec![SystemControl::unprivileged_ports()],
        stop_timeout: settings.stop_timeout_seconds,
    }
}

fn scratch_at(directory: &str) -> MountPoint {
    MountPoint { source_volume: "scratch".to_owned(), container_path: directory.to_owned(), read_only: false }
}
