//! The apps: one file each, and one list that names them all. Everything else goes through the list.

pub mod php;
pub mod web;

use crate::settings::AppSettings;
use crate::task::TaskContext;
use infra_ecs::container::HealthCheck;
use infra_images::{AppImage, Source};
use std::path::Path;

/// Every app of a stack. A new one goes to the end: its position decides the priorities of its rules at the load balancer
/// (see [`load_balancing`](crate::load_balancing)), where the apps that are deployed keep theirs.
pub const ALL: AppList = &[web::APP, php::APP];

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
    pub environment: fn(&AppSettings, &TaskContext<'_>) -> Vec<(&'static str, String)>,
    /// The folders that it writes to; the rest of its file system is read-only.
    pub scratch: &'static [Scratch],
    /// How ECS finds out, in the container, whether it works.
    pub health_check: fn() -> HealthCheck,
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

/// The images of all apps, built from a checkout.
pub fn images(root: &Path) -> Vec<AppImage> {
    ALL.iter().map(|app| app.image(root)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load_balancing::MOST_APPS;
    use std::collections::BTreeSet;

    #[test]
    fn each_app_has_a_name_and_a_path_of_its_own() {
        for distinct in [|app: &AppSpec| app.name, |app: &AppSpec| app.path] {
            assert_eq!(ALL.iter().map(distinct).collect::<BTreeSet<_>>().len(), ALL.len());
        }
        for AppSpec { name, path, .. } in ALL {
            // It is a part of names that are taken apart at their hyphens.
            let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            assert!(name.chars().all(sound) && name.starts_with(|c: char| c.is_ascii_lowercase()), "{name}");
            assert!(path.is_empty() || path.starts_with('/') && !path.ends_with('/'), "{name}: {path}");
        }
        assert!(ALL.iter().any(|app| app.path.is_empty()), "nobody gets the requests outside of all paths");
        assert!(ALL.len() <= MOST_APPS, "the load balancer has rules for {MOST_APPS}");
    }
}
