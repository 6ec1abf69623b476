//! A docker command that says what some engine would say, and writes down what it was asked.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::command::Run;

/// A docker command, the first on the PATH.
pub struct FakeDocker {
    folder: TempDir,
}

impl FakeDocker {
    /// One that answers by these branches of a shell's `case`, and fails at everything else.
    ///
    /// # Panics
    /// When it can't be written.
    pub fn new(branches: &str) -> Self {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no folder: {error}"));
        let script = format!(
            "#!/bin/sh\necho \"$*\" >> {0}/asked\ncase \"$*\" in\n{branches}\n*) echo 'Cannot connect to the Docker daemon' >&2; \
             exit 1;;\nesac\n",
            folder.path().display()
        );
        let file = folder.path().join("docker");
        let written = std::fs::write(&file, script)
            .and_then(|()| std::fs::set_permissions(&file, Permissions::from_mode(0o755)));
        written.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Self { folder }
    }

    /// The same command with this docker on its PATH.
    ///
    /// # Panics
    /// When the PATH can't have it.
    #[must_use]
    pub fn used_by(&self, run: Run) -> Run {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.folder.path().to_owned()).chain(std::env::split_paths(&path));
        let path = std::env::join_paths(folders.collect::<Vec<PathBuf>>());
        let path = path.unwrap_or_else(|error| panic!("no PATH: {error}"));
        run.env("PATH", &path.to_string_lossy()).env("DOCKER_HOST", "").env("CI", "")
    }

    /// What it was asked.
    pub fn asked(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("asked")).unwrap_or_default()
    }
}
