//! What an app is: the one place that says it, wherever the app runs.

use crate::settings::app::AppSettings;
use infra_ecs::container::HealthCheck;
use infra_images::{AppImage, Source};
use std::path::Path;

/// Apps in the order in which they were added.
pub type AppList = &'static [AppSpec];

/// What an app is, wherever it runs.
#[derive(Clone, Copy, Debug)]
pub struct AppSpec {
    /// Lower-case letters and digits: the section of its settings, and a part of its names in the account.
    pub name: &'static str,
    /// The path under which it is reached, such as `/php`. One app has none: it gets all other requests.
    pub path: &'static str,
    /// What its image is built from.
    pub source: Source,
    /// Its settings where nobody has chosen others.
    pub defaults: fn() -> AppSettings,
    /// The port on which it serves its metrics, where it does: no other can listen there.
    pub metrics_port: Option<u16>,
    /// What it finds in its environment beside what all apps do.
    pub environment: fn(&AppSettings, &Environment) -> Vec<(&'static str, String)>,
    /// The folders that it writes to; the rest of its file system is read-only.
    pub scratch: &'static [Scratch],
    /// How ECS finds out, in the container, whether it works.
    pub health_check: fn() -> HealthCheck,
}

/// What the variables of an app follow from beside its own settings.
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    /// Whether browsers upload to the bucket themselves.
    pub direct_upload: bool,
    /// After so many seconds the load balancer closes a connection on which nothing happens.
    pub idle_timeout_seconds: u32,
}

/// An empty folder of each task.
#[derive(Clone, Copy, Debug)]
pub struct Scratch {
    /// The volume's name.
    pub volume: &'static str,
    /// Where the app sees it.
    pub path: &'static str,
}

impl AppSpec {
    /// Its image, built from a checkout.
    pub fn image(&self, root: &Path) -> AppImage {
        AppImage::new(self.name, root, self.source)
    }
}

/// No two apps of a list have the same name.
impl PartialEq for AppSpec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for AppSpec {}
