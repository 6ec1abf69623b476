//! Every knob of the stack and its default. Change it here, for one stack in its file (`infra/stacks/<name>.toml`), or for one run
//! with `--set web.desired_count=3`.

pub mod app;
mod apps;
pub mod deployment;
mod ec2;
mod given;
mod iam;
mod listing;
pub mod load_balancer;
mod native;
mod nearest;
mod network;
mod overrides;
mod placement;
mod range;
mod registry;
pub mod scaling;
pub mod secrets;
mod stack_file;
mod stopping;
mod tags;
mod texts;
mod together;
mod uploads;

pub use app::{AppSettings, Compute, Ec2NetworkMode, SpotMix};
pub use apps::Apps;
pub use deployment::{DeploymentSettings, Strategy};
pub use ec2::Ec2Settings;
pub use given::{Given, GivenSetting, GivenValue, Origin};
pub use iam::IamSettings;
pub use listing::Listed;
pub use load_balancer::LoadBalancerSettings;
pub use network::NetworkSettings;
pub use overrides::SettingError;
pub use placement::{ConstraintSetting, StrategySetting};
pub use range::{Allowed, Range, Text, Violation};
pub use registry::RegistrySettings;
pub use scaling::{ScalingSettings, Schedule};
pub use secrets::SecretSetting;
pub use stack_file::StackFileError;
pub use stopping::StopBudget;
pub use uploads::UploadSettings;

use crate::app_spec::AppList;
use crate::apps::ALL;
use Allowed::{Flag, Number, OneOf, Optional};
use infra_resources::log_group::RETENTION_DAYS;
use infra_resources::{TagMutability, TrafficSource};
use range::{MOST, settings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use texts::KMS_KEY;

/// All settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whether the stack is not to be torn down, and its buckets and repositories are not to be deleted or replaced.
    pub protect: bool,
    /// Tags of one's own, on everything that takes tags.
    pub tags: BTreeMap<String, String>,
    /// The IAM roles.
    pub iam: IamSettings,
    /// The VPC and who may connect.
    pub network: NetworkSettings,
    /// The image repositories.
    pub registry: RegistrySettings,
    /// The bucket of uploads.
    pub storage: StorageSettings,
    /// What one upload may bring.
    pub uploads: UploadSettings,
    /// The log group.
    pub logs: LogSettings,
    /// The ECS cluster.
    pub cluster: ClusterSettings,
    /// The instances, where an app runs on some.
    pub ec2: Ec2Settings,
    /// The load balancer.
    pub load_balancer: LoadBalancerSettings,
    /// The task definitions of all apps.
    pub tasks: TaskSettings,
    /// The apps, each in a section of its name.
    #[serde(flatten, skip_deserializing)]
    pub apps: Apps,
}

impl Settings {
    /// What each setting may be. Each setting's is in its declaration.
    pub fn ranges(&self) -> Vec<Range> {
        Self::SHARED.iter().copied().chain(self.apps.ranges()).collect()
    }

    const SHARED: &'static [Range] = &[
        Range::new(
            "protect",
            Flag,
            "",
            "Whether the stack is not to be torn down, and its buckets and repositories are not to be deleted or replaced.",
        ),
        Range::new("tags", tags::ALLOWED, tags::PAGE, "Tags of one's own, on everything that takes tags."),
        Range::section("iam", IamSettings::RANGES),
        Range::section("network", NetworkSettings::RANGES),
        Range::section("registry", RegistrySettings::RANGES),
        Range::section("storage", StorageSettings::RANGES),
        Range::section("uploads", UploadSettings::RANGES),
        Range::section("logs", LogSettings::RANGES),
        Range::section("cluster", ClusterSettings::RANGES),
        Range::section("ec2", Ec2Settings::RANGES),
        Range::section("load_balancer", LoadBalancerSettings::RANGES),
        Range::section("tasks", TaskSettings::RANGES),
    ];
}

settings! {
    /// The bucket of uploads.
    pub struct StorageSettings {
        /// Whether overwritten and deleted images are kept as versions.
        versioning: bool = true, Flag, "PutBucketVersioning, Amazon S3 API Reference";
        /// After how many days such a version is deleted; 0 for never.
        delete_old_versions_after_days: i32 = 30,
            Number(0, MOST), "NoncurrentVersionExpiration, Amazon S3 API Reference";
        /// After how many days an unfinished multipart upload is aborted; 0 for never.
        abort_incomplete_uploads_after_days: i32 = 1,
            Number(0, MOST), "AbortIncompleteMultipartUpload, Amazon S3 API Reference";
        /// Whether browsers upload to the bucket themselves, past the Rust app's tasks.
        direct_upload: bool = false, Flag, "";
        /// Whether the position where an image was taken is removed from JPEG, PNG and WebP files.
        strip_location: bool = false, Flag, "";
        /// The customer managed key that encrypts what is stored from now on, by alias or ARN; AES-256 without one.
        kms_key: Option<String> = None,
            Optional(&Allowed::Text(&KMS_KEY)), "ServerSideEncryptionByDefault, Amazon S3 API Reference";
    }

    /// The log group.
    pub struct LogSettings {
        /// For how many days logs are kept: 1, 3, 5, 7, 14, 30, 60, 90, ...
        retention_in_days: i32 = 14,
            OneOf(&RETENTION_DAYS), "PutRetentionPolicy, Amazon CloudWatch Logs API Reference";
        /// The customer managed key that encrypts the logs, by alias or ARN; its policy must let CloudWatch Logs use it. Without
        /// one, AWS's own.
        kms_key: Option<String> = None,
            Optional(&Allowed::Text(&KMS_KEY)), "AssociateKmsKey, Amazon CloudWatch Logs API Reference";
    }

    /// The ECS cluster.
    pub struct ClusterSettings {
        /// Whether CloudWatch Container Insights collects metrics (it costs extra).
        container_insights: bool = false, Flag, "ClusterSetting, Amazon ECS API Reference";
    }

    /// The task definitions of all apps.
    pub struct TaskSettings {
        /// How many revisions of a task definition stay registered; the running one and the one before it always do.
        kept_revisions: usize = 10,
            Number(0, 1_000_000),
            "Amazon ECS service quotas (revisions per task definition family), Amazon ECS Developer Guide";
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::of(ALL)
    }
}

impl Settings {
    /// The defaults of a stack of these apps.
    pub fn of(apps: AppList) -> Self {
        Self {
            protect: false,
            tags: BTreeMap::new(),
            iam: IamSettings::default(),
            network: NetworkSettings::default(),
            registry: RegistrySettings::default(),
            storage: StorageSettings::default(),
            uploads: UploadSettings::default(),
            logs: LogSettings::default(),
            cluster: ClusterSettings::default(),
            ec2: Ec2Settings::default(),
            load_balancer: LoadBalancerSettings::default(),
            tasks: TaskSettings::default(),
            apps: Apps::of(apps),
        }
    }
}

impl Settings {
    /// Every setting that AWS would refuse, or that would come to nothing: outside its range, or at odds with others.
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = match serde_json::to_value(self) {
            Ok(all) => range::violations(&self.ranges(), &all),
            Err(error) => vec![Violation::of_all(error.to_string())],
        };
        found.extend(together::violations(self));
        found.extend(load_balancer::violations(self));
        found.extend(deployment::violations(self));
        found
    }

    /// Whether the images of all apps are given, and none is built.
    pub fn builds_no_image(&self) -> bool {
        self.apps.iter().all(|(_, app)| app.image.is_some())
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
        let everywhere = TrafficSource::network("0.0.0.0/0");
        if let Some(range) =
            self.ec2.ssh_from.as_deref().filter(|range| TrafficSource::network(range) == everywhere)
        {
            warnings.push(format!(
                "ec2.ssh_from={range}: everybody may try to log in to the instances; SSM Session Manager needs no open port"
            ));
        }
        let awsvpc =
            |app: &AppSettings| app.runs_on == Compute::Ec2 && app.ec2_network_mode == Ec2NetworkMode::Awsvpc;
        if self.apps.iter().any(|(_, app)| awsvpc(app)) {
            warnings.push(
                "ec2_network_mode=awsvpc: a gateway endpoint for S3 comes into the default VPC's main route table, unless \
                 one is there; everything in that VPC reaches S3 through it"
                    .to_owned(),
            );
        }
        let with_shell = self.apps.iter().filter(|(_, app)| app.execute_command);
        warnings.extend(with_shell.map(|(spec, _)| {
            format!(
                "{}.execute_command=true: whoever may call ecs:ExecuteCommand gets a shell in its tasks, with their role; \
                 their root file system can be written to",
                spec.name
            )
        }));
        warnings.extend(stopping::warnings(self));
        warnings.extend(deployment::warnings(self));
        warnings
    }

    /// Whether ECS moves the traffic of an app between two target groups.
    pub fn has_traffic_to_shift(&self) -> bool {
        self.apps.iter().any(|(_, app)| app.deployment.shifts_traffic())
    }

    /// Whether an app runs on instances.
    pub fn has_instances(&self) -> bool {
        self.apps.iter().any(|(_, app)| app.runs_on == Compute::Ec2)
    }
}
