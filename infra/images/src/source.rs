//! The sources of an app's image, and the tag that follows from their content alone.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use sha2::{Digest, Sha256};

use crate::base::rust;
use crate::error::ImageError;
use crate::names;
use crate::pruned::{self, Member};

/// The Rust app's package.
const RUST_PACKAGE: &str = "app";
/// The folders of the Rust app's members of the workspace: its own, and what it depends on.
const RUST_MEMBERS: [&str; 2] = ["app", "app/intake"];
/// What the Rust app is built from. What only tests it (`app/fuzz`) is not here.
const RUST_INPUTS: [&str; 8] = [
    "Cargo.toml",
    "Cargo.lock",
    ".dockerignore",
    "app/Cargo.toml",
    "app/Dockerfile",
    "app/assets",
    "app/src",
    "app/intake",
];
const TAG_PREFIX: &str = "src-";
const TAG_HASH_LENGTH: usize = 16;

/// An image built from this repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppImage {
    /// Its short name: `web`, `php`.
    pub name: String,
    /// The folder that is sent to the builder; paths in tags are relative to it.
    pub context: PathBuf,
    /// Its Dockerfile.
    pub dockerfile: PathBuf,
    /// The files and folders that decide what comes out.
    pub inputs: Vec<PathBuf>,
    /// Whether this machine's Rust version decides too.
    pub compiles_rust: bool,
}

impl AppImage {
    /// The Rust app, from the repository's root.
    pub fn web(root: &Path) -> Self {
        Self {
            name: "web".to_owned(),
            context: root.to_owned(),
            dockerfile: root.join("app/Dockerfile"),
            inputs: RUST_INPUTS.map(|path| root.join(path)).to_vec(),
            compiles_rust: true,
        }
    }

    /// The PHP app, from the repository's root.
    pub fn php(root: &Path) -> Self {
        let context = root.join("php-app");
        Self {
            name: "php".to_owned(),
            dockerfile: context.join("Dockerfile"),
            inputs: vec![context.clone()],
            context,
            compiles_rust: false,
        }
    }

    /// Every image of this repository.
    pub fn all(root: &Path) -> Vec<Self> {
        vec![Self::web(root), Self::php(root)]
    }

    /// The image's name on this machine for a tag.
    pub fn local_name(&self, tag: &str) -> String {
        names::app(&self.name, tag)
    }

    /// A tag that is the same for the same sources and differs when any of them differs.
    ///
    /// Path, executable bit and content of each file count, times and owners do not. Files that git ignores are left out.
    pub fn content_tag(&self) -> Result<String, ImageError> {
        let mut hash = Sha256::new();
        if self.compiles_rust {
            add(&mut hash, rust::version().map_err(ImageError::Toolchain)?.as_bytes());
        }
        for path in self.files()? {
            self.add_file(&mut hash, &path).map_err(|source| self.unreadable(&path, source))?;
        }
        let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("{TAG_PREFIX}{}", &hex[..TAG_HASH_LENGTH]))
    }

    fn files(&self) -> Result<Vec<PathBuf>, ImageError> {
        let mut files = Vec::new();
        for input in &self.inputs {
            let walk = WalkBuilder::new(input)
                .hidden(false)
                .require_git(false)
                .git_global(false)
                .git_exclude(false)
                .filter_entry(|entry| entry.file_name() != ".git")
                .build();
            for entry in walk {
                let entry = entry.map_err(|error| self.unreadable(input, io::Error::other(error)))?;
                if entry.file_type().is_some_and(|kind| !kind.is_dir()) {
                    files.push(entry.into_path());
                }
            }
        }
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// A folder with the image's files, for the builder: what is left out of the tag is left out of it too.
    pub(crate) fn context(&self) -> Result<tempfile::TempDir, ImageError> {
        let folder = tempfile::tempdir().map_err(|source| self.unreadable(&std::env::temp_dir(), source))?;
        for path in self.files()? {
            self.copy(&path, folder.path()).map_err(|source| self.unreadable(&path, source))?;
        }
        Ok(folder)
    }

    fn copy(&self, path: &Path, folder: &Path) -> io::Result<()> {
        let target = folder.join(path.strip_prefix(&self.context).unwrap_or(path));
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let metadata = path.symlink_metadata()?;
        if metadata.is_symlink() {
            return std::os::unix::fs::symlink(path.read_link()?, target);
        }
        std::fs::write(&target, self.content(path)?)?;
        std::fs::set_permissions(&target, metadata.permissions())
    }

    /// A file's content; of the workspace's own files only what the app depends on.
    fn content(&self, path: &Path) -> io::Result<Vec<u8>> {
        let content = std::fs::read(path)?;
        let of_workspace = self.compiles_rust && path.parent() == Some(&self.context);
        let pruned = match path.file_name().and_then(|name| name.to_str()) {
            Some("Cargo.toml") if of_workspace => pruned::manifest(&text(content)?, &self.members()?),
            Some("Cargo.lock") if of_workspace => pruned::lock(&text(content)?, RUST_PACKAGE),
            _ => return Ok(content),
        };
        pruned.map(String::into_bytes).map_err(io::Error::other)
    }

    fn members(&self) -> io::Result<Vec<Member>> {
        let read = |folder| {
            let manifest = std::fs::read_to_string(self.context.join(folder).join("Cargo.toml"))?;
            Ok(Member { folder, manifest })
        };
        RUST_MEMBERS.into_iter().map(read).collect()
    }

    fn add_file(&self, hash: &mut Sha256, path: &Path) -> io::Result<()> {
        let relative = path.strip_prefix(&self.context).unwrap_or(path);
        add(hash, relative.as_os_str().as_bytes());
        let metadata = path.symlink_metadata()?;
        if metadata.is_symlink() {
            add(hash, b"link");
            add(hash, path.read_link()?.as_os_str().as_bytes());
        } else {
            let executable = metadata.permissions().mode() & 0o100 != 0;
            add(hash, if executable { b"program" } else { b"file" });
            add(hash, &self.content(path)?);
        }
        Ok(())
    }

    fn unreadable(&self, path: &Path, source: io::Error) -> ImageError {
        ImageError::File { image: self.name.clone(), path: path.to_owned(), source }
    }
}

fn text(content: Vec<u8>) -> io::Result<String> {
    String::from_utf8(content).map_err(io::Error::other)
}

/// The length goes first, so that no two lists of fields look alike.
fn add(hash: &mut Sha256, field: &[u8]) {
    hash.update((field.len() as u64).to_be_bytes());
    hash.update(field);
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, SystemTime};

    use toml_edit::DocumentMut;

    use super::*;

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
            ("app/assets/app.css", "body {}"),
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
        AppImage::web(root).content_tag().unwrap()
    }

    #[test]
    fn the_same_content_elsewhere_and_later_has_the_same_tag() {
        let (here, there) = (repository(), repository());
        let file = fs::File::options().append(true).open(there.path().join("app/src/main.rs")).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(86_400)).unwrap();
        for (one, other) in AppImage::all(here.path()).iter().zip(AppImage::all(there.path())) {
            let tag = one.content_tag().unwrap();
            assert_eq!(tag, other.content_tag().unwrap());
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
        let context = AppImage::web(root.path()).context().unwrap();
        assert!(
            context.path().join("app/src/main.rs").exists() && context.path().join("Cargo.lock").exists()
        );
        assert!(context.path().join("app/intake/src/lib.rs").exists());
        assert!(!context.path().join("php-app").exists());
    }

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
                folders.extend(
                    path.filter(|path| !folders.iter().any(|known| known == path)).map(str::to_owned),
                );
            }
            done += 1;
        }
        folders
    }

    #[test]
    fn everything_knows_the_members_that_the_app_depends_on() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let read = |path| fs::read_to_string(root.join(path)).unwrap();
        let (ignored, dockerfile) = (read(".dockerignore"), read("app/Dockerfile"));
        assert_eq!(members_of_app(root), RUST_MEMBERS);
        for path in RUST_MEMBERS
            .iter()
            .flat_map(|folder| ["Cargo.toml", "src"].map(|file| format!("{folder}/{file}")))
        {
            assert!(
                RUST_INPUTS.iter().any(|input| Path::new(&path).starts_with(input)),
                "{path} does not count"
            );
            assert!(ignored.lines().any(|line| line == format!("!{path}")), "{path} is not in the context");
            assert!(dockerfile.contains(&format!("COPY {path} ")), "{path} is not copied");
        }
    }

    #[test]
    fn a_missing_input_is_named() {
        let root = repository();
        fs::remove_file(root.path().join("Cargo.lock")).unwrap();
        let error = AppImage::web(root.path()).content_tag().unwrap_err();
        assert!(error.to_string().contains("Cargo.lock"), "{error}");
    }
}
