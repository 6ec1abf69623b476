//! Whose account a long-lived key was when AWS was last asked, as a file in `target/accounts/`. It is a hint that spares a wait:
//! without it, or with a wrong one, AWS is asked and everything goes as well.

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use std::fs::{create_dir_all, read_to_string};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The place of one key's account.
#[derive(Clone, Debug)]
pub struct Place {
    folder: PathBuf,
    name: String,
}

impl Place {
    /// For a key at an endpoint; none for keys that end after some hours.
    pub fn of(workspace: &Path, credentials: &Credentials, config: &SdkConfig) -> Option<Self> {
        if credentials.session_token().is_some() {
            return None;
        }
        let key = format!("{}@{}", credentials.access_key_id(), config.endpoint_url().unwrap_or("aws"));
        let name = key.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
        Some(Self { folder: workspace.join("target/accounts"), name })
    }

    fn file(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// The account that was written down.
    pub fn read(&self) -> Option<String> {
        let id = read_to_string(self.file()).ok()?;
        let is_account = id.len() == 12 && id.bytes().all(|digit| digit.is_ascii_digit());
        is_account.then_some(id)
    }

    /// Writes an account down, in one step: another run may read it at the same time.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write(&self, id: &str) -> io::Result<()> {
        if self.read().as_deref() == Some(id) {
            return Ok(());
        }
        create_dir_all(&self.folder)?;
        let mut unfinished = NamedTempFile::new_in(&self.folder)?;
        unfinished.write_all(id.as_bytes())?;
        unfinished.persist(self.file())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(folder: &Path, token: Option<&str>) -> Option<Place> {
        let credentials = Credentials::new("AKIA1", "secret", token.map(str::to_owned), None, "test");
        Place::of(folder, &credentials, &SdkConfig::builder().endpoint_url("http://127.0.0.1:1").build())
    }

    #[test]
    fn what_was_written_down_is_read_and_what_is_no_account_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path(), None).unwrap();
        assert_eq!(place.read(), None);
        for id in ["123456789012", "000000000000"] {
            place.write(id).unwrap();
            assert_eq!(place.read().as_deref(), Some(id));
        }
        place.write("half a num").unwrap();
        assert_eq!(place.read(), None);
    }

    #[test]
    fn keys_that_end_are_not_remembered() {
        assert!(place(Path::new("/nowhere"), Some("token")).is_none());
    }
}
