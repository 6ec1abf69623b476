//! A configuration of the docker command for one push: it keeps the user's choice of an engine and drops the user's logins.

use std::ffi::OsString;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::error::ImageError;

const FILE: &str = "config.json";
/// Where the docker command keeps its contexts: addresses of engines and the certificates for them.
const CONTEXTS: &str = "contexts";
/// Logins, and the programs that keep logins.
const LOGINS: [&str; 3] = ["auths", "credsStore", "credHelpers"];
/// Variables that ask for TLS. The certificates are in the configuration's folder unless another one is named.
const ASK_FOR_TLS: [&str; 2] = ["DOCKER_TLS", "DOCKER_TLS_VERIFY"];
const CERTIFICATES: &str = "DOCKER_CERT_PATH";

/// A folder that is gone when it is dropped, with the login that was made meanwhile.
pub struct Configuration {
    folder: TempDir,
    users_own: Option<PathBuf>,
}

impl Configuration {
    /// One beside the user's own, for a registry.
    pub fn for_registry(image: &str, registry: &str) -> Result<Self, ImageError> {
        let users_own = users_own(std::env::var_os("DOCKER_CONFIG"), std::env::home_dir());
        Self::beside(users_own, registry).map_err(|(path, source)| ImageError::File {
            image: image.to_owned(),
            path,
            source,
        })
    }

    fn beside(users_own: Option<PathBuf>, registry: &str) -> Result<Self, (PathBuf, io::Error)> {
        let folder = tempfile::tempdir().map_err(|error| (std::env::temp_dir(), error))?;
        let mut settings = match &users_own {
            Some(users_own) => settings(&users_own.join(FILE))?,
            None => Map::new(),
        };
        settings.retain(|name, _| !LOGINS.contains(&name.as_str()));
        // Where no login is written down, docker looks for a program that keeps logins, and the login would stay there.
        settings.insert("auths".to_owned(), json!({ registry: {} }));
        let file = folder.path().join(FILE);
        std::fs::write(&file, Value::Object(settings).to_string()).map_err(|error| (file, error))?;
        if let Some(contexts) = users_own.as_ref().map(|it| it.join(CONTEXTS)).filter(|it| it.is_dir()) {
            let link = folder.path().join(CONTEXTS);
            let contexts = std::path::absolute(&contexts).map_err(|error| (contexts, error))?;
            symlink(contexts, &link).map_err(|error| (link, error))?;
        }
        Ok(Self { folder, users_own })
    }

    /// Has a docker command use it.
    pub fn apply(&self, command: &mut Command) {
        command.env("DOCKER_CONFIG", self.folder.path());
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if let Some(certificates) = self.certificates(is_set) {
            command.env(CERTIFICATES, certificates);
        }
    }

    /// Where the certificates are that variables ask for without a word on that.
    fn certificates(&self, is_set: impl Fn(&str) -> bool) -> Option<&Path> {
        let is_asked = ASK_FOR_TLS.iter().any(|name| is_set(name)) && !is_set(CERTIFICATES);
        self.users_own.as_deref().filter(|_| is_asked)
    }
}

/// The folder of the user's own configuration.
fn users_own(variable: Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    let named = variable.filter(|value| !value.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(home?.join(".docker")))
}

/// What a configuration says; one that is not there says nothing.
fn settings(file: &Path) -> Result<Map<String, Value>, (PathBuf, io::Error)> {
    let unreadable = |error| (file.to_owned(), error);
    let text = match std::fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Map::new()),
        text => text.map_err(unreadable)?,
    };
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(&text).map_err(|error| unreadable(io::Error::other(error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::{docker, output};

    fn read(configuration: &Configuration) -> Value {
        let text = std::fs::read_to_string(configuration.folder.path().join(FILE)).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn logins_stay_behind_and_everything_else_comes_along() {
        let users_own = tempfile::tempdir().unwrap();
        let text = r#"{"auths": {"a": {"auth": "secret"}}, "credsStore": "desktop", "credHelpers": {"b": "c"},
                       "currentContext": "far", "HttpHeaders": {"X": "1"}}"#;
        std::fs::write(users_own.path().join(FILE), text).unwrap();
        let configuration = Configuration::beside(Some(users_own.path().to_owned()), "r.example").unwrap();
        let expected =
            json!({"auths": {"r.example": {}}, "currentContext": "far", "HttpHeaders": {"X": "1"}});
        assert_eq!(read(&configuration), expected);
    }

    #[test]
    fn a_user_without_a_configuration_needs_none() {
        let nothing = tempfile::tempdir().unwrap();
        let configuration = Configuration::beside(Some(nothing.path().join("none")), "r").unwrap();
        assert_eq!(read(&configuration), json!({"auths": {"r": {}}}));
        assert!(Configuration::beside(None, "r").is_ok());
    }

    #[test]
    fn a_configuration_that_is_not_json_is_named() {
        let users_own = tempfile::tempdir().unwrap();
        std::fs::write(users_own.path().join(FILE), "{").unwrap();
        let refused = Configuration::beside(Some(users_own.path().to_owned()), "r").err().unwrap();
        assert_eq!(refused.0, users_own.path().join(FILE));
    }

    #[test]
    fn the_variable_goes_before_the_home_folder() {
        let home = Some(PathBuf::from("/home/a"));
        assert_eq!(users_own(Some("/etc/d".into()), home.clone()), Some("/etc/d".into()));
        assert_eq!(users_own(Some("".into()), home.clone()), Some("/home/a/.docker".into()));
        assert_eq!(users_own(None, home), Some("/home/a/.docker".into()));
    }

    #[test]
    fn certificates_for_the_engine_are_the_users_own() {
        let users_own = tempfile::tempdir().unwrap();
        let configuration = Configuration::beside(Some(users_own.path().to_owned()), "r").unwrap();
        for asking in ASK_FOR_TLS {
            assert_eq!(configuration.certificates(|name| name == asking), Some(users_own.path()));
            assert_eq!(configuration.certificates(|name| [asking, CERTIFICATES].contains(&name)), None);
        }
        assert_eq!(configuration.certificates(|_| false), None);
    }

    /// The docker command itself reads it; no engine is asked.
    #[tokio::test]
    async fn the_users_current_context_is_the_pushs_too() {
        let users_own = tempfile::tempdir().unwrap();
        let of_user = |arguments: &[&str]| {
            let mut command = docker(arguments);
            command
                .env("DOCKER_CONFIG", users_own.path())
                .env_remove("DOCKER_HOST")
                .env_remove("DOCKER_CONTEXT");
            command
        };
        let host = "host=unix:///nowhere/docker.sock";
        output(of_user(&["context", "create", "far", "--docker", host])).await.unwrap();
        output(of_user(&["context", "use", "far"])).await.unwrap();
        let configuration = Configuration::beside(Some(users_own.path().to_owned()), "r").unwrap();
        for chosen in [None, Some("far")] {
            let mut ask = of_user(&["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
            configuration.apply(&mut ask);
            ask.envs(chosen.map(|name| ("DOCKER_CONTEXT", name)));
            assert_eq!(output(ask).await.unwrap(), "unix:///nowhere/docker.sock");
        }
    }
}
