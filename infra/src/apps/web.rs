//! The Rust app in `app/`: two tasks on Fargate, as in the tutorial.

use crate::app_spec::{AppSpec, Environment};
use crate::settings::app::AppSettings;
use crate::settings::scaling::ScalingSettings;
use infra_ecs::container::HealthCheck;
use infra_ecs::{CpuUnits, Mebibytes};
use infra_images::{RustPackage, Source};

/// The app.
pub const APP: AppSpec = AppSpec {
    name: "web",
    path: "",
    source: SOURCE,
    defaults,
    metrics_port: Some(9090),
    environment,
    // It streams uploads to S3 and never writes to a disk.
    scratch: &[],
    health_check: || HealthCheck::command(&["/usr/local/bin/app", "healthcheck"]),
};

/// What its image is built from. What only tests it (`app/fuzz`) is not here.
const SOURCE: Source = Source {
    dockerfile: "app/Dockerfile",
    inputs: &[
        "Cargo.toml",
        "Cargo.lock",
        ".dockerignore",
        "app/Cargo.toml",
        "app/Dockerfile",
        "app/src",
        "app/intake",
        "assets",
    ],
    rust: Some(RustPackage { name: "app", members: &["app", "app/intake"] }),
};

/// It does not start with less: it is room for one part of an upload.
const LEAST_UPLOAD_MEMORY: u64 = 6 * 1024 * 1024;

/// Two tasks with 1 vCPU and 2 GB.
fn defaults() -> AppSettings {
    AppSettings {
        cpu_units: CpuUnits(1024),
        memory_mib: Mebibytes(2048),
        desired_count: 2,
        scaling: ScalingSettings::between(2, 4),
        ..AppSettings::default()
    }
}

/// What it finds in its environment beside what all apps do.
fn environment(settings: &AppSettings, context: &Environment) -> Vec<(&'static str, String)> {
    // A quarter of the task for the buffers of uploads: the rest is for thumbnails, connections and the system.
    let upload_memory = (u64::from(settings.memory_mib.0) * 1024 * 1024 / 4).max(LEAST_UPLOAD_MEMORY);
    let keep_alive = longer_than(context.idle_timeout_seconds);
    vec![
        ("UPLOAD_MEMORY_BYTES", upload_memory.to_string()),
        ("DIRECT_UPLOAD", context.direct_upload.to_string()),
        ("KEEP_ALIVE_SECONDS", keep_alive.to_string()),
    ]
}

/// An idle connection that the app closes just as the load balancer sends a request on it is a 502. So the load balancer
/// has to close it first.
fn longer_than(idle_timeout_seconds: u32) -> u32 {
    idle_timeout_seconds.saturating_add(5)
}
