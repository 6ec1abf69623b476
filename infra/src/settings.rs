//! Every knob of the stack and its default. Change it here, or for one run with `--set web.desired_count=3`.

mod app;
mod ec2;
mod overrides;
mod placement;
mod scaling;

pub use app::{AppSettings, Ec2NetworkMode, RunsOn, SpotMix};
pub use ec2::Ec2Settings;
pub use overrides::SettingError;
pub use placement::{ConstraintSetting, StrategySetting};
pub use scaling::{ScalingSettings, Schedule};

use infra_resources::TagMutability;
use serde::{Deserialize, Serialize};

/// All settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The instances, where an app runs on some.
    pub ec2: Ec2Settings,
    /// The load balancer.
    pub load_balancer: LoadBalancerSettings,
    /// The task definitions of both apps.
    pub tasks: TaskSettings,
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

/// The task definitions of both apps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskSettings {
    /// How many revisions of a task definition stay registered; the running one and the one before it always do.
    pub kept_revisions: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            network: NetworkSettings::default(),
            registry: RegistrySettings::default(),
            storage: StorageSettings::default(),
            logs: LogSettings::default(),
            cluster: ClusterSettings::default(),
            ec2: Ec2Settings::default(),
            load_balancer: LoadBalancerSettings::default(),
            tasks: TaskSettings::default(),
            web: AppSettings::web(),
            php: AppSettings::php(),
        }
    }
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

impl Default for TaskSettings {
    fn default() -> Self {
        Self { kept_revisions: 10 }
    }
}

impl Settings {
    /// Whether the images of both apps are given, and none is built.
    pub fn builds_no_image(&self) -> bool {
        [&self.web, &self.php].iter().all(|app| app.image.is_some())
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
        if self.ec2.ssh_from.as_deref() == Some("0.0.0.0/0") {
            warnings.push(
                "ec2.ssh_from=0.0.0.0/0: everybody may try to log in to the instances; SSM Session Manager needs no open \
                 port"
                    .to_owned(),
            );
        }
        let awsvpc =
            |app: &&AppSettings| app.runs_on == RunsOn::Ec2 && app.ec2_network_mode == Ec2NetworkMode::Awsvpc;
        if [&self.web, &self.php].iter().any(awsvpc) {
            warnings.push(
                "ec2_network_mode=awsvpc: a gateway endpoint for S3 comes into the default VPC's main route table, unless \
                 one is there; everything in that VPC reaches S3 through it"
                    .to_owned(),
            );
        }
        warnings
    }

    /// The settings that a local AWS can deploy, and what was changed for that.
    #[must_use]
    pub fn for_local_aws(mut self) -> (Self, Vec<String>) {
        let mut notes = Vec::new();
        for (app, settings) in [("web", &mut self.web), ("php", &mut self.php)] {
            if std::mem::replace(&mut settings.scaling.enabled, false) {
                let (count, s) = (settings.desired_count, if settings.desired_count == 1 { "" } else { "s" });
                notes.push(format!(
                    "the local AWS has no Application Auto Scaling: {app} keeps {count} task{s}"
                ));
            }
        }
        (self, notes)
    }

    /// Whether an app runs on instances.
    pub fn has_instances(&self) -> bool {
        [&self.web, &self.php].iter().any(|app| app.runs_on == RunsOn::Ec2)
    }
}
