//! Every knob of the stack and its default. Change it here, or for one run with `--set web.desired_count=3`.

use infra_resources::TagMutability;
use infra_resources::ecs::{CpuUnits, Mebibytes};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// All settings.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The VPC and who may connect.
    pub network: NetworkSettings,
    /// The image repositories.
    pub registry: RegistrySettings,
    /// The bucket of uploads.
    pub storage: StorageSettings,
    /// The log group.
    pub logs: LogSettings,
    /// The ECS cluster.
    pub cluster: ClusterSettings,
    /// The load balancer.
    pub load_balancer: LoadBalancerSettings,
    /// The Rust app.
    pub web: AppSettings,
    /// The PHP app.
    pub php: AppSettings,
}

/// The VPC and who may connect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkSettings {
    /// Availability zones of the default VPC that are left out, such as `us-east-1e`.
    pub excluded_zones: Vec<String>,
    /// The IPv4 range that may connect to the load balancer.
    pub allowed_clients: String,
}

/// The image repositories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrySettings {
    /// Whether a tag can be moved to another image: `IMMUTABLE`, or `MUTABLE` as in the tutorial.
    pub tag_mutability: TagMutability,
    /// How many images a repository keeps.
    pub keep_images: u32,
}

/// The bucket of uploads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageSettings {
    /// Whether overwritten and deleted images are kept as versions.
    pub versioning: bool,
    /// After how many days such a version is deleted.
    pub delete_old_versions_after_days: i32,
    /// After how many days an unfinished multipart upload is aborted.
    pub abort_incomplete_uploads_after_days: i32,
    /// Whether browsers upload to the bucket themselves, past the Rust app's tasks.
    pub direct_upload: bool,
}

/// The log group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// For how many days logs are kept: 1, 3, 5, 7, 14, 30, 60, 90, ...
    pub retention_in_days: i32,
}

/// The ECS cluster.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterSettings {
    /// Whether CloudWatch Container Insights collects metrics (it costs extra).
    pub container_insights: bool,
}

/// The load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadBalancerSettings {
    /// After how many seconds an idle connection is closed.
    pub idle_timeout_seconds: u32,
    /// How many seconds a task that is taken out may take to finish its requests.
    pub deregistration_delay_seconds: u32,
}

/// One of the two apps: its task and its service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppSettings {
    /// An image to run instead of one built from this checkout, such as `repository@sha256:...`.
    pub image: Option<String>,
    /// CPU units of a task; 1024 are one vCPU.
    pub cpu_units: CpuUnits,
    /// MiB of memory of a task.
    pub memory_mib: Mebibytes,
    /// The port the container listens on.
    pub container_port: u16,
    /// How many tasks run.
    pub desired_count: u32,
    /// Percent of the tasks that keep running during a deployment, at least.
    pub minimum_healthy_percent: i32,
    /// Percent of the tasks that run during a deployment, at most.
    pub maximum_percent: i32,
    /// Whether ECS evens out tasks over availability zones; it can't with `maximum_percent` at 100.
    pub availability_zone_rebalancing: bool,
    /// Seconds at a task's start in which failed health checks of the load balancer do not count.
    pub health_check_grace_period_seconds: u32,
    /// Seconds an app may take to finish its requests when it is stopped; at most 120 on Fargate.
    pub stop_timeout_seconds: u32,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self { excluded_zones: Vec::new(), allowed_clients: "0.0.0.0/0".to_owned() }
    }
}

impl Default for RegistrySettings {
    fn default() -> Self {
        Self { tag_mutability: TagMutability::Immutable, keep_images: 20 }
    }
}

impl Default for StorageSettings {
    fn default() -> Self {
        Self {
            versioning: true,
            delete_old_versions_after_days: 30,
            abort_incomplete_uploads_after_days: 1,
            direct_upload: false,
        }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { retention_in_days: 14 }
    }
}

impl Default for LoadBalancerSettings {
    fn default() -> Self {
        Self { idle_timeout_seconds: 60, deregistration_delay_seconds: 30 }
    }
}

impl Default for AppSettings {
    /// The tutorial's task: 1 vCPU, 2 GB, port 80, two of them.
    fn default() -> Self {
        Self {
            image: None,
            cpu_units: CpuUnits(1024),
            memory_mib: Mebibytes(2048),
            container_port: 80,
            desired_count: 2,
            minimum_healthy_percent: 100,
            maximum_percent: 200,
            availability_zone_rebalancing: true,
            health_check_grace_period_seconds: 60,
            stop_timeout_seconds: 30,
        }
    }
}

/// A `--set` that does not fit.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// It has no equals sign.
    #[error("`{0}` is no setting: write KEY=VALUE, such as web.desired_count=3")]
    NoValue(String),
    /// There is no such key.
    #[error("there is no setting `{key}`; {parent} has {known}")]
    Unknown {
        /// The key.
        key: String,
        /// The part of the settings it was looked for in.
        parent: String,
        /// The keys that are there.
        known: String,
    },
    /// The value has another type.
    #[error("setting `{key}` can't be {value}: {reason}")]
    Type {
        /// The key.
        key: String,
        /// The value given.
        value: String,
        /// What the deserialiser says.
        reason: String,
    },
}

impl Settings {
    /// The defaults with these `KEY=VALUE` pairs applied; a value is JSON, or a text where it is no JSON.
    ///
    /// # Errors
    /// When a key does not exist or a value has the wrong type.
    pub fn with_overrides(overrides: &[String]) -> Result<Self, SettingError> {
        overrides.iter().try_fold(Self::default(), |settings, text| settings.with(text))
    }

    /// What is less safe than it could be, to be pointed out by preview.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.registry.tag_mutability == TagMutability::Mutable {
            warnings.push(
                "registry.tag_mutability=MUTABLE: a pushed tag can be moved to another image".to_owned(),
            );
        }
        if !self.storage.versioning {
            warnings.push(
                "storage.versioning=false: an overwritten or deleted image can't be restored".to_owned(),
            );
        }
        warnings
    }

    fn with(&self, text: &str) -> Result<Self, SettingError> {
        let (key, value) = text.split_once('=').ok_or_else(|| SettingError::NoValue(text.to_owned()))?;
        let mistyped = |error: serde_json::Error| SettingError::Type {
            key: key.to_owned(),
            value: value.to_owned(),
            reason: error.to_string(),
        };
        let mut all = serde_json::to_value(self).map_err(mistyped)?;
        let mut place = &mut all;
        let mut parent = "the top level".to_owned();
        for part in key.split('.') {
            let members = place.as_object_mut().filter(|members| members.contains_key(part));
            place = match members.and_then(|members| members.get_mut(part)) {
                Some(member) => member,
                None => return Err(unknown(key, &parent, self, &parent)),
            };
            parent = part.to_owned();
        }
        *place = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        serde_json::from_value(all).map_err(mistyped)
    }
}

fn unknown(key: &str, parent: &str, settings: &Settings, section: &str) -> SettingError {
    let all = serde_json::to_value(settings).unwrap_or_default();
    let members = all.get(section).unwrap_or(&all);
    let known = members
        .as_object()
        .map(|members| members.keys().cloned().collect::<Vec<_>>().join(", "))
        .unwrap_or_default();
    SettingError::Unknown { key: key.to_owned(), parent: parent.to_owned(), known }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> Result<Settings, String> {
        Settings::with_overrides(&[text.to_owned()]).map_err(|error| error.to_string())
    }

    #[test]
    fn a_setting_can_be_changed_for_one_run() {
        assert_eq!(with("web.desired_count=3").unwrap().web.desired_count, 3);
        assert_eq!(with("network.allowed_clients=10.0.0.0/8").unwrap().network.allowed_clients, "10.0.0.0/8");
    }

    #[test]
    fn an_unknown_setting_names_those_that_exist() {
        let error = with("cluster.insights=true").unwrap_err();
        assert!(error.contains("container_insights"), "{error}");
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused() {
        assert!(with("web.desired_count=many").unwrap_err().contains("web.desired_count"));
    }
}
