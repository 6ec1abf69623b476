//! The sources of an app's image, and the tag that follows from their content alone.

#[cfg(test)]
mod tests;

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
    /// The processor that it must run on, in Docker's words (`amd64`, `arm64`); `None`: that of this machine.
    pub architecture: Option<&'static str>,
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
            architecture: None,
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
            architecture: None,
        }
    }

    /// The same for a processor, in Docker's words: `amd64`, `arm64`.
    #[must_use]
    pub fn on(self, architecture: &'static str) -> Self {
        Self { architecture: Some(architecture), ..self }
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
