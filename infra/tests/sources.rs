//! What the apps' images are built from is what the apps depend on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra::apps::{self, web};
use infra_images::{RustPackage, Source, pruned};
use std::fs;
use std::path::Path;
use toml_edit::DocumentMut;

/// The folders of this repository's app and of the members that it depends on, however far away.
fn members_of_app(root: &Path) -> Vec<String> {
    let document = |path: &Path| -> DocumentMut { fs::read_to_string(path).unwrap().parse().unwrap() };
    let workspace = document(&root.join("Cargo.toml"));
    let shared = &workspace["workspace"]["dependencies"];
    let mut folders = vec!["app".to_owned()];
    let mut done = 0;
    while let Some(folder) = folders.get(done) {
        let manifest = document(&root.join(folder).join("Cargo.toml"));
        let tables =
            pruned::DEPENDENCY_TABLES.iter().filter_map(|table| manifest.get(table)?.as_table_like());
        for (name, _) in tables.flat_map(|table| table.iter()) {
            let path = shared.get(name).and_then(|dependency| dependency.get("path")?.as_str());
            folders.extend(path.filter(|path| !folders.iter().any(|known| known == path)).map(str::to_owned));
        }
        done += 1;
    }
    folders
}

#[test]
fn everything_knows_the_members_that_the_app_depends_on() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let read = |path| fs::read_to_string(root.join(path)).unwrap();
    let (ignored, dockerfile) = (read(".dockerignore"), read("app/Dockerfile"));
    let Source { inputs, rust: Some(RustPackage { members, .. }), .. } = web::APP.source else { panic!() };
    assert_eq!(members_of_app(root), members);
    for path in members.iter().flat_map(|folder| ["Cargo.toml", "src"].map(|file| format!("{folder}/{file}")))
    {
        assert!(inputs.iter().any(|input| Path::new(&path).starts_with(input)), "{path} does not count");
        assert!(ignored.lines().any(|line| line == format!("!{path}")), "{path} is not in the context");
        assert!(dockerfile.contains(&format!("COPY {path} ")), "{path} is not copied");
    }
}

#[test]
fn every_app_is_built_with_the_assets_and_the_folder_of_its_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    for app in apps::ALL {
        let Source { dockerfile, inputs, .. } = app.source;
        let own = Path::new(dockerfile);
        assert!(inputs.iter().any(|input| own.starts_with(input)), "{dockerfile} does not count");
        assert!(inputs.contains(&"assets") && read(dockerfile).contains("COPY assets "), "{dockerfile}");
    }
    assert!(read(".dockerignore").lines().any(|line| line == "!assets"));
}
