//! Environment variables, where their values come from, and the password of a private registry.

use crate::open_enum;
use infra_engine::Output;
use serde::{Deserialize, Serialize};

/// An environment variable. Whoever may describe the task sees it: a secret belongs into [`Secret`].
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/taskdef-envfiles.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KeyValue {
    /// The variable.
    pub name: Option<String>,
    /// Its value.
    pub value: Option<Output<String>>,
}

impl KeyValue {
    /// A variable with a value.
    pub fn new(name: &str, value: impl Into<Output<String>>) -> Self {
        Self { name: Some(name.to_owned()), value: Some(value.into()) }
    }
}

/// A file in S3 with `NAME=VALUE` lines.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentFile {
    /// The object's ARN; its name ends in `.env`.
    pub value: Output<String>,
    /// `s3`.
    #[serde(rename = "type")]
    pub file_type: EnvironmentFileType,
}

open_enum! {
    /// The one place a file of environment variables can be in.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EnvironmentFile.html>
    #[derive(Default)]
    pub enum EnvironmentFileType {
        /// An object in S3.
        #[default]
        S3 = "s3",
    }
}

/// An environment variable whose value ECS reads when the task starts, with the execution role's rights.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Secret {
    /// The variable; not the name of another one.
    pub name: String,
    /// The ARN of a secret in Secrets Manager or a parameter in SSM, or the parameter's name.
    pub value_from: Output<String>,
}

/// User and password of a private registry other than ECR, which needs none.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryCredentials {
    /// The ARN of a secret in Secrets Manager, or its name in the same region.
    pub credentials_parameter: Output<String>,
}
