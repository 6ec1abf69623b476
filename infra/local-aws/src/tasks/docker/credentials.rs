//! Credentials of tasks: each gets those of its role, as ECS's own endpoint serves them.

use super::running::random_token;
use super::{DockerRuntime, DockerSettings};
use crate::api_error::ApiError;
use crate::emulator::element;
use hyper::StatusCode;
use serde_json::{Value, json};

/// Whose rights a task has, and how it asks for them.
pub(super) struct RoleCredentials {
    /// The last part of the address.
    pub id: String,
    /// What must come in the header `authorization`.
    pub authorization: String,
    role: String,
    session: String,
}

impl RoleCredentials {
    /// For the tasks of this role.
    pub fn new(role: String, task: &str, settings: &DockerSettings) -> Self {
        // ECS takes ARNs; the name of a role of the account is taken for its ARN, as the console writes it.
        let role = if role.contains(':') {
            role
        } else {
            let account = &settings.account;
            format!("arn:{}:iam::{}:role/{role}", account.partition, account.id)
        };
        Self { id: random_token(), authorization: random_token(), role, session: task.to_owned() }
    }
}

impl DockerRuntime {
    /// The credentials for `/v2/credentials/ID`, of the task role; none if the path is another one.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>
    ///
    /// # Errors
    /// There is no such task, the token is wrong, or the role can't be assumed.
    pub async fn credentials(
        &self,
        path: &str,
        authorization: Option<&str>,
    ) -> Option<Result<Value, ApiError>> {
        let id = path.strip_prefix("/v2/credentials/")?;
        let tasks: Vec<_> = self.inner.lock_tasks().values().cloned().collect();
        let role = tasks.iter().filter_map(|task| task.credentials.as_ref()).find(|role| role.id == id);
        let Some(role) = role else {
            return Some(Err(refused(
                StatusCode::BAD_REQUEST,
                "InvalidIdInRequest",
                "CredentialsV2Request: ID not found",
            )));
        };
        if authorization != Some(&role.authorization) {
            let message = "CredentialsV2Request: the authorization token is not the task's";
            return Some(Err(refused(StatusCode::UNAUTHORIZED, "AccessDenied", message)));
        }
        Some(self.assume(role).await)
    }

    async fn assume(&self, role: &RoleCredentials) -> Result<Value, ApiError> {
        let form = [
            ("Action", "AssumeRole"),
            ("Version", "2011-06-15"),
            ("RoleArn", role.role.as_str()),
            ("RoleSessionName", role.session.as_str()),
        ];
        let answer = self.inner.settings.emulator.query("sts", &form).await;
        let answer =
            answer.map_err(|error| refused(StatusCode::BAD_REQUEST, "AccessDenied", &error.to_string()))?;
        let member = |name: &str| {
            let unexpected = || ApiError::server(format!("sts: the answer from AssumeRole has no {name}"));
            element(&answer, name).map(str::to_owned).ok_or_else(unexpected)
        };
        Ok(json!({
            "RoleArn": role.role,
            "AccessKeyId": member("AccessKeyId")?,
            "SecretAccessKey": member("SecretAccessKey")?,
            "Token": member("SessionToken")?,
            "Expiration": member("Expiration")?,
        }))
    }
}

fn refused(status: StatusCode, code: &str, message: &str) -> ApiError {
    ApiError { status, ..ApiError::new(code, message) }
}
