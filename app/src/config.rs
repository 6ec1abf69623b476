//! Every setting of the app, read from the environment once at start. Limits have their one address here.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use app_intake::limits::UploadLimits;
use thiserror::Error;

use crate::storage::PART_BYTES;

const DEFAULT_PORT: u16 = 80;
const DEFAULT_METRICS_PORT: u16 = 9090;
const DEFAULT_ADMISSION: AdmissionLimits = AdmissionLimits {
    requests: 1024,
    requests_per_second: 0,
    uploads: 256,
    upload_memory_bytes: 32 * 1024 * 1024,
};

/// Eighty images of 200 kB: what the newest pages show.
const DEFAULT_IMAGE_CACHE_BYTES: u64 = 16 * 1024 * 1024;

/// Room for one part, and for what comes in while it is looked at.
const MIN_UPLOAD_MEMORY: usize = PART_BYTES + 1024 * 1024;

/// What the app may be busy with at the same time; more gets 503.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdmissionLimits {
    /// Requests at the same time (`MAX_REQUESTS`).
    pub requests: usize,
    /// Requests a second, without health checks; 0 is no limit (`MAX_REQUESTS_PER_SECOND`).
    pub requests_per_second: u32,
    /// Uploads at the same time (`MAX_UPLOADS`).
    pub uploads: usize,
    /// What the buffers of all uploads hold together, in bytes (`UPLOAD_MEMORY_BYTES`).
    pub upload_memory_bytes: usize,
}

/// The app's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The port to listen on (`PORT`).
    pub port: u16,
    /// The port of the metrics, none when they are off (`METRICS_PORT`).
    pub metrics_port: Option<u16>,
    /// A path prefix that a load balancer forwards unstripped, empty or like `/rust` (`BASE_PATH`).
    pub base_path: String,
    /// The bucket that holds the images (`S3_BUCKET`).
    pub bucket: String,
    /// What one request may bring.
    pub limits: UploadLimits,
    /// How much of images is kept in memory, in bytes (`IMAGE_CACHE_BYTES`).
    pub image_cache_bytes: u64,
    /// What all requests may bring together.
    pub admission: AdmissionLimits,
    /// All tries of one call to S3 end within this (`S3_DEADLINE_SECONDS`).
    pub s3_deadline: Duration,
    /// How long new requests are still taken after the app was asked to stop (`DRAIN_SECONDS`).
    pub drain: Duration,
    /// How long requests in flight may take after that (`STOP_TIMEOUT_SECONDS`).
    pub stop_timeout: Duration,
    /// How long a connection may wait for its next request (`KEEP_ALIVE_SECONDS`).
    pub keep_alive: Duration,
    /// Whether `X-Forwarded-Host` and `X-Forwarded-Proto` are what the browser asked for (`TRUST_FORWARDED_HOST`).
    pub trust_forwarded_host: bool,
    /// Whether browsers come by HTTPS alone, which ends before the app (`BEHIND_TLS`).
    pub behind_tls: bool,
    /// Whether browsers upload to S3 themselves (`DIRECT_UPLOAD`).
    pub direct_upload: bool,
    /// Whether the position where an image was taken is removed from it (`STRIP_LOCATION`).
    pub strip_location: bool,
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
            metrics_port: metrics_port(lookup)?,
            base_path: base_path(lookup)?,
            bucket: bucket.ok_or(ConfigError::Missing {
                name: "S3_BUCKET",
                wanted: "the bucket that holds the images",
            })?,
            limits: limits(lookup)?,
            image_cache_bytes: parsed(
                lookup,
                "IMAGE_CACHE_BYTES",
                DEFAULT_IMAGE_CACHE_BYTES,
                "a whole number of bytes, or 0 to keep no image in memory",
                |_| true,
            )?,
            admission: admission(lookup)?,
            s3_deadline: seconds(lookup, "S3_DEADLINE_SECONDS", 20)?,
            // A load balancer hears of it only after the app did, and its nodes one after the other.
            drain: parsed(lookup, "DRAIN_SECONDS", 10, "a whole number of seconds, or 0", |_| true)
                .map(Duration::from_secs)?,
            stop_timeout: seconds(lookup, "STOP_TIMEOUT_SECONDS", 25)?,
            keep_alive: seconds(lookup, "KEEP_ALIVE_SECONDS", 65)?,
            trust_forwarded_host: flag(lookup, "TRUST_FORWARDED_HOST")?,
            behind_tls: flag(lookup, "BEHIND_TLS")?,
            direct_upload: flag(lookup, "DIRECT_UPLOAD")?,
            strip_location: flag(lookup, "STRIP_LOCATION")?,
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

fn metrics_port(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Option<u16>, ConfigError> {
    let wanted = "a port number, or 0 for no metrics";
    let port = parsed(lookup, "METRICS_PORT", DEFAULT_METRICS_PORT, wanted, |_| true)?;
    Ok(Some(port).filter(|port| *port > 0))
}

fn limits(lookup: &dyn Fn(&str) -> Option<String>) -> Result<UploadLimits, ConfigError> {
    let mut limits = UploadLimits::DEFAULT;
    for (name, limit) in limits.each() {
        *limit = positive(lookup, name, *limit)?;
    }
    Ok(limits)
}

fn admission(lookup: &dyn Fn(&str) -> Option<String>) -> Result<AdmissionLimits, ConfigError> {
    let defaults = DEFAULT_ADMISSION;
    Ok(AdmissionLimits {
        requests: positive(lookup, "MAX_REQUESTS", defaults.requests)?,
        requests_per_second: parsed(
            lookup,
            "MAX_REQUESTS_PER_SECOND",
            defaults.requests_per_second,
            "a whole number, or 0 for no limit",
            |_| true,
        )?,
        uploads: positive(lookup, "MAX_UPLOADS", defaults.uploads)?,
        upload_memory_bytes: parsed(
            lookup,
            "UPLOAD_MEMORY_BYTES",
            defaults.upload_memory_bytes,
            "at least 6291456 (6 MiB), room for one part of an upload",
            |bytes| *bytes >= MIN_UPLOAD_MEMORY,
        )?,
    })
}

fn seconds(
    lookup: &dyn Fn(&str) -> Option<String>,
    name: &'static str,
    default: u64,
) -> Result<Duration, ConfigError> {
    positive(lookup, name, default).map(Duration::from_secs)
}

fn flag(lookup: &dyn Fn(&str) -> Option<String>, name: &'static str) -> Result<bool, ConfigError> {
    parsed(lookup, name, false, "true or false", |_| true)
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
        assert_eq!(config.limits.max_file_bytes, 20_971_520);
        assert_eq!((config.limits.max_files, config.limits.max_pixels), (20, 50_000_000));
        assert_eq!((config.metrics_port, config.direct_upload), (Some(9090), false));
        assert!(!config.strip_location);
        assert_eq!(
            [config.drain, config.stop_timeout, config.keep_alive],
            [10, 25, 65].map(Duration::from_secs)
        );
        assert_eq!(read(&[("S3_BUCKET", "b"), ("DRAIN_SECONDS", "0")]).unwrap().drain, Duration::ZERO);
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
        assert!(error(&[("S3_BUCKET", "b"), ("UPLOAD_MEMORY_BYTES", "1000")]).contains("6291456"));
        assert!(error(&[("S3_BUCKET", "b"), ("DIRECT_UPLOAD", "yes")]).contains("true or false"));
        assert!(error(&[("S3_BUCKET", "b"), ("STRIP_LOCATION", "1")]).contains("true or false"));
        assert!(error(&[("S3_BUCKET", "b"), ("BASE_PATH", "rust")]).starts_with("BASE_PATH is \"rust\""));
    }

    #[test]
    fn base_path_loses_its_trailing_slash() {
        let base_path = |value| read(&[("S3_BUCKET", "b"), ("BASE_PATH", value)]).unwrap().base_path;
        assert_eq!(base_path("/rust/"), "/rust");
        assert_eq!(base_path("/"), "");
    }
}
