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

const TAG_PREFIX: &str = "src-";
const TAG_HASH_LENGTH: usize = 16;

/// What an app's image is built from. Paths are relative to the repository's root, and so are those in tags and in the
/// folder that is sent to the builder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its Dockerfile.
    pub dockerfile: &'static str,
    /// The files and folders that decide what comes out.
    pub inputs: &'static [&'static str],
    /// The package of this workspace that it compiles, if it does: this machine's Rust version decides too.
    pub rust: Option<RustPackage>,
}

/// A package of this workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RustPackage {
    /// Its name.
    pub name: &'static str,
    /// The folders of its members of the workspace: its own, and those that it depends on.
    pub members: &'static [&'static str],
}

/// An image built from this repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppImage {
    /// Its short name, which is the app's.
    pub name: String,
    /// The repository's root.
    pub root: PathBuf,
    /// What it is built from.
    pub source: Source,
    /// The processor that it must run on, in Docker's words (`amd64`, `arm64`); `None`: that of this machine.
    pub architecture: Option<&'static str>,
}

impl AppImage {
    /// An app's image, from the repository's root.
    pub fn new(name: &str, root: &Path, source: Source) -> Self {
        Self { name: name.to_owned(), root: root.to_owned(), source, architecture: None }
    }

    /// The same for a processor, in Docker's words: `amd64`, `arm64`.
    #[must_use]
    pub fn on(self, architecture: &'static str) -> Self {
        Self { architecture: Some(architecture), ..self }
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
        if self.source.rust.is_some() {
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
        for input in self.source.inputs {
            let input = self.root.join(input);
            let walk = WalkBuilder::new(&input)
                .hidden(false)
                .require_git(false)
                .git_global(false)
                .git_exclude(false)
                .filter_entry(|entry| entry.file_name() != ".git")
                .build();
            for entry in walk {
                let entry = entry.map_err(|error| self.unreadable(&input, io::Error::other(error)))?;
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
        let target = folder.join(path.strip_prefix(&self.root).unwrap_or(path));
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
        let package = self.source.rust.filter(|_| path.parent() == Some(&self.root));
        let pruned = match (path.file_name().and_then(|name| name.to_str()), package) {
            (Some("Cargo.toml"), Some(package)) => pruned::manifest(&text(content)?, &self.members(package)?),
            (Some("Cargo.lock"), Some(package)) => pruned::lock(&text(content)?, package.name),
            _ => return Ok(content),
        };
        pruned.map(String::into_bytes).map_err(io::Error::other)
    }

    fn members(&self, package: RustPackage) -> io::Result<Vec<Member>> {
        let read = |folder: &&'static str| {
            let manifest = std::fs::read_to_string(self.root.join(folder).join("Cargo.toml"))?;
            Ok(Member { folder, manifest })
        };
        package.members.iter().map(read).collect()
    }

    fn add_file(&self, hash: &mut Sha256, path: &Path) -> io::Result<()> {
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
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
