//! Which files decide on a tag and come into a build.

use std::fs;
use std::time::{Duration, SystemTime};

use super::*;

const RUST: Source = Source {
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
const PHP: Source = Source { dockerfile: "php-app/Dockerfile", inputs: &["php-app", "assets"], rust: None };

fn web(root: &Path) -> AppImage {
    AppImage::new("web", root, RUST)
}

fn repository() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let files = [
        ("Cargo.toml", "[workspace]"),
        ("Cargo.lock", "# lock"),
        ("app/Cargo.toml", "[package]"),
        (".dockerignore", "*"),
        (".gitignore", "/target\n*.log\n"),
        ("app/Dockerfile", "FROM scratch"),
        ("app/src/main.rs", "fn main() {}"),
        ("assets/app.css", "body {}"),
        ("app/intake/Cargo.toml", "[package]"),
        ("app/intake/src/lib.rs", ""),
        ("php-app/Dockerfile", "FROM scratch"),
        ("php-app/public/index.php", "<?php"),
    ];
    for (path, content) in files {
        write(root.path(), path, content);
    }
    root
}

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn web_tag(root: &Path) -> String {
    web(root).content_tag().unwrap()
}

#[test]
fn the_same_content_elsewhere_and_later_has_the_same_tag() {
    let (here, there) = (repository(), repository());
    let file = fs::File::options().append(true).open(there.path().join("app/src/main.rs")).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(86_400)).unwrap();
    for source in [RUST, PHP] {
        let [tag, elsewhere] =
            [&here, &there].map(|root| AppImage::new("it", root.path(), source).content_tag().unwrap());
        assert_eq!(tag, elsewhere);
        assert_eq!(tag.len(), TAG_PREFIX.len() + TAG_HASH_LENGTH);
    }
}

#[test]
fn a_change_of_any_file_changes_the_tag() {
    let root = repository();
    let mut seen = vec![web_tag(root.path())];
    for path in [
        "Cargo.toml",
        "Cargo.lock",
        ".dockerignore",
        "app/Dockerfile",
        "app/src/main.rs",
        "app/src/new.rs",
        "app/intake/src/lib.rs",
    ] {
        write(root.path(), path, "changed = true");
        let tag = web_tag(root.path());
        assert!(!seen.contains(&tag), "{path} does not count");
        seen.push(tag);
    }
}

#[test]
fn a_change_of_what_both_are_built_with_changes_both_tags() {
    let root = repository();
    let tags = || [RUST, PHP].map(|source| AppImage::new("it", root.path(), source).content_tag().unwrap());
    let before = tags();
    write(root.path(), "assets/app.css", "body { margin: 0 }");
    let after = tags();
    assert!(before[0] != after[0] && before[1] != after[1]);
}

#[test]
fn a_new_name_and_the_executable_bit_count() {
    let root = repository();
    let before = web_tag(root.path());
    let source = root.path().join("app/src/main.rs");
    fs::set_permissions(&source, fs::Permissions::from_mode(0o755)).unwrap();
    let executable = web_tag(root.path());
    assert_ne!(before, executable);
    fs::rename(&source, root.path().join("app/src/lib.rs")).unwrap();
    assert_ne!(executable, web_tag(root.path()));
}

#[test]
fn other_folders_and_ignored_files_do_not_count() {
    let root = repository();
    let before = web_tag(root.path());
    write(root.path(), "app/src/debug.log", "noise");
    write(root.path(), "app/fuzz/Cargo.toml", "[package]");
    write(root.path(), "php-app/public/index.php", "<?php echo 1;");
    assert_eq!(before, web_tag(root.path()));
}

#[test]
fn another_members_dependencies_do_not_count() {
    let root = repository();
    let of_app = "[workspace]\nmembers = [\"app\"]\n\n[workspace.dependencies]\nhttp = \"1\"\n";
    write(root.path(), "app/Cargo.toml", "[dependencies]\nhttp.workspace = true\n");
    write(root.path(), "Cargo.toml", of_app);
    let before = web_tag(root.path());
    write(root.path(), "Cargo.toml", &format!("{of_app}insta = \"1\"\n"));
    assert_eq!(before, web_tag(root.path()));
    write(root.path(), "Cargo.toml", &of_app.replace('1', "2"));
    assert_ne!(before, web_tag(root.path()));
}

#[test]
fn the_builder_gets_the_files_that_decide() {
    let root = repository();
    let context = web(root.path()).context().unwrap();
    assert!(context.path().join("app/src/main.rs").exists() && context.path().join("Cargo.lock").exists());
    assert!(context.path().join("app/intake/src/lib.rs").exists());
    assert!(!context.path().join("php-app").exists());
}

#[test]
fn a_missing_input_is_named() {
    let root = repository();
    fs::remove_file(root.path().join("Cargo.lock")).unwrap();
    let error = web(root.path()).content_tag().unwrap_err();
    assert!(error.to_string().contains("Cargo.lock"), "{error}");
}
