//! What settings must be to each other.

use super::range::Violation;
use super::{AppSettings, Settings};
use crate::app_spec::AppSpec;

/// Settings that are each within its range, and not together.
pub(super) fn violations(settings: &Settings) -> Vec<Violation> {
    let of_app = settings
        .apps
        .iter()
        .flat_map(|(spec, app)| [container_port(spec, app), counts(spec.name, app)].into_iter().flatten());
    of_app.collect()
}

/// The container's port is not the one of its metrics.
fn container_port(spec: &AppSpec, app: &AppSettings) -> Option<Violation> {
    (spec.metrics_port == Some(app.container_port)).then(|| Violation {
        key: format!("{}.container_port", spec.name),
        value: app.container_port.to_string(),
        allowed: "allowed is any other port: on this one the app serves its metrics, and each task would end at once"
            .to_owned(),
        page: "",
    })
}

/// The number of tasks that an autoscaler begins with is among those that it may give.
fn counts(name: &str, app: &AppSettings) -> Option<Violation> {
    let (least, begins, most) = (app.scaling.min_tasks, app.desired_count, app.scaling.max_tasks);
    (app.scaling.enabled && !(least <= begins && begins <= most)).then(|| Violation {
        key: format!("{name}.desired_count"),
        value: begins.to_string(),
        allowed: format!(
            "allowed is {name}.scaling.min_tasks to {name}.scaling.max_tasks, which are {least} and {most}; or set \
             {name}.scaling.enabled=false"
        ),
        page: "RegisterScalableTarget, Application Auto Scaling API Reference",
    })
}
