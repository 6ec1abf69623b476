//! The PHP app in `php-app/`: one task on an instance, as in the tutorial.

use crate::app_spec::{AppSpec, Environment, Scratch};
use crate::settings::app::{AppSettings, Compute};
use infra_ecs::container::HealthCheck;
use infra_images::Source;

/// The app.
pub const APP: AppSpec = AppSpec {
    name: "php",
    path: "/php",
    source: Source { dockerfile: "php-app/Dockerfile", inputs: &["php-app", "assets"], rust: None },
    defaults,
    metrics_port: None,
    environment,
    // Apache's process id and PHP's upload buffers.
    scratch: &[Scratch { volume: "scratch", path: "/tmp" }],
    health_check: || HealthCheck::shell("php -n /var/www/healthcheck.php"),
};

/// The default size is small enough for the tutorial's `t2.micro`, and one that Fargate has, too.
fn defaults() -> AppSettings {
    AppSettings { runs_on: Compute::Ec2, ..AppSettings::default() }
}

/// On Fargate a container does not see the limit of its task. It has as many processes as fit.
fn environment(settings: &AppSettings, _: &Environment) -> Vec<(&'static str, String)> {
    vec![("MEMORY_MIB", settings.memory_mib.0.to_string())]
}
