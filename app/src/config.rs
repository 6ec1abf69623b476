//! Every setting of the app, read from the environment once at start. Limits have their one address here.

use std::fmt::Display;
use std::str::FromStr;

use thiserror::Error;

const DEFAULT_PORT: u16 = 80;
const DEFAULT_MAX_FILE_BYTES: u64 = 20 * 1024 * 1024;
const DEFAULT_MAX_FILES: usize = 20;

/// How much one request may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadLimits {
    /// The largest file that is taken, in bytes (`MAX_FILE_BYTES`).
    pub max_file_bytes: u64,
    /// The most files that one request may hold (`MAX_FILES`).
    pub max_files: usize,
}

/// The app's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The port to listen on (`PORT`).
    pub port: u16,
    /// A path prefix that a load balancer forwards unstripped, empty or like `/rust` (`BASE_PATH`).
    pub base_path: String,
    /// The bucket that holds the images (`S3_BUCKET`).
    pub bucket: String,
    /// What one request may bring.
    pub limits: UploadLimits,
}

/// A setting that the app cannot start with.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A required variable is unset or empty.
    #[error("{name} is not set: set it to {wanted}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What belongs there.
        wanted: &'static str,
    },
    /// A variable is set to something unusable.
    #[error("{name} is {value:?}: set it to {wanted}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What it holds.
        value: String,
        /// What belongs there.
        wanted: &'static str,
    },
}

impl Config {
    /// Reads the settings from the process's environment.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(&lookup_env)
    }

    /// Reads the settings from any source of variables.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let bucket = lookup("S3_BUCKET").filter(|bucket| !bucket.is_empty());
        Ok(Self {
            port: port(lookup)?,
            base_path: base_path(lookup)?,
            bucket: bucket.ok_or(ConfigError::Missing {
                name: "S3_BUCKET",
                wanted: "the bucket that holds the images",
            })?,
            limits: UploadLimits {
                max_file_bytes: positive(lookup, "MAX_FILE_BYTES", DEFAULT_MAX_FILE_BYTES)?,
                max_files: positive(lookup, "MAX_FILES", DEFAULT_MAX_FILES)?,
            },
        })
    }
}

/// The port alone: the health check needs nothing else.
pub fn port_from_env() -> Result<u16, ConfigError> {
    port(&lookup_env)
}

fn lookup_env(name: &str) -> Option<String> {
    // A value that is not Unicode shows up with replacement characters and is refused as invalid.
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

fn port(lookup: &dyn Fn(&str) -> Option<String>) -> Result<u16, ConfigError> {
    parsed(lookup, "PORT", DEFAULT_PORT, "a port number from 1 to 65535", |port| *port > 0)
}

fn base_path(lookup: &dyn Fn(&str) -> Option<String>) -> Result<String, ConfigError> {
    let value = lookup("BASE_PATH").unwrap_or_default();
    let path = value.trim_end_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    if path.is_empty() || (path.starts_with('/') && !path.contains("//") && path.chars().all(plain)) {
        return Ok(path.to_owned());
    }
    Err(ConfigError::Invalid {
        name: "BASE_PATH",
        value,
        wanted: "a path prefix such as /rust, or leave it unset",
    })
}

fn positive<T>(
    lookup: &dyn Fn(&str) -> Option<String>,
    name: &'static str,
    default: T,
) -> Result<T, ConfigError>
where
    T: FromStr<Err: Display> + Default + PartialOrd,
{
    parsed(lookup, name, default, "a whole number above zero", |value| *value > T::default())
}

fn parsed<T: FromStr>(
    lookup: &dyn Fn(&str) -> Option<String>,
    name: &'static str,
    default: T,
    wanted: &'static str,
    valid: impl Fn(&T) -> bool,
) -> Result<T, ConfigError> {
    let Some(value) = lookup(name).filter(|value| !value.is_empty()) else { return Ok(default) };
    match value.parse() {
        Ok(parsed) if valid(&parsed) => Ok(parsed),
        _ => Err(ConfigError::Invalid { name, value, wanted }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_lookup(&|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn defaults_need_only_the_bucket() {
        let config = read(&[("S3_BUCKET", "b")]).unwrap();
        assert_eq!((config.port, config.base_path.as_str(), config.bucket.as_str()), (80, "", "b"));
        assert_eq!(config.limits, UploadLimits { max_file_bytes: 20_971_520, max_files: 20 });
    }

    #[test]
    fn an_error_names_the_variable_and_what_belongs_there() {
        let error = |variables| read(variables).unwrap_err().to_string();
        assert_eq!(error(&[]), "S3_BUCKET is not set: set it to the bucket that holds the images");
        assert_eq!(
            error(&[("S3_BUCKET", "b"), ("PORT", "http")]),
            "PORT is \"http\": set it to a port number from 1 to 65535"
        );
        assert_eq!(
            error(&[("S3_BUCKET", "b"), ("MAX_FILES", "0")]),
            "MAX_FILES is \"0\": set it to a whole number above zero"
        );
        assert!(error(&[("S3_BUCKET", "b"), ("BASE_PATH", "rust")]).starts_with("BASE_PATH is \"rust\""));
    }

    #[test]
    fn base_path_loses_its_trailing_slash() {
        let base_path = |value| read(&[("S3_BUCKET", "b"), ("BASE_PATH", value)]).unwrap().base_path;
        assert_eq!(base_path("/rust/"), "/rust");
        assert_eq!(base_path("/"), "");
    }
}
