//! The apps: one file each, and one list that names them all. Everything else goes through the list.

pub mod php;
pub mod web;

pub use crate::app_spec::{AppList, AppSpec, Environment, Scratch};

use infra_images::AppImage;
use std::path::Path;

/// Every app of a stack. A new one goes to the end: its position decides the priorities of its rules at the load balancer
/// (see [`traffic`](crate::traffic)), where the apps that are deployed keep theirs.
pub const ALL: AppList = &[web::APP, php::APP];

/// The images of all apps, built from a checkout.
pub fn images(root: &Path) -> Vec<AppImage> {
    ALL.iter().map(|app| app.image(root)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::MOST_APPS;
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
