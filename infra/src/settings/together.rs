//! What settings must be to each other.

use super::range::Violation;
use super::{AppSettings, Settings};

/// The port on which the Rust app serves its metrics (`METRICS_PORT`): no other can listen there.
pub const METRICS_PORT: u16 = 9090;

/// Settings that are each within its range, and not together.
pub(super) fn violations(settings: &Settings) -> Vec<Violation> {
    let mut found = Vec::new();
    if settings.web.container_port == METRICS_PORT {
        found.push(Violation {
            key: "web.container_port".to_owned(),
            value: METRICS_PORT.to_string(),
            allowed: "allowed is any other port: on this one the app serves its metrics, and each task would end at once"
                .to_owned(),
            page: "",
        });
    }
    found.extend(counts("web", &settings.web));
    found.extend(counts("php", &settings.php));
    found
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
