//! Environment files, secrets, variables and registry passwords: T60 to T62, T78, X10.

use super::checked::Checked;
use crate::container::{ContainerDefinition, Secret};
use crate::rules::text::known;
use crate::rules::{Findings, Minds, Path, Rule};
use std::collections::HashSet;

const MOST_FILES: usize = 10;
const LONGEST_SECRET_NAME: usize = 512;
/// `arn:aws:secretsmanager:eu-west-1:123456789012:secret:name:json-key:version-stage:version-id`.
const MOST_FIELDS: usize = 10;

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    task.each_container(|container, path| {
        files(container, path, findings);
        variables(container, path, findings);
        registry(container, path, findings);
        values_from(&container.secrets, &path.member("secrets"), findings);
        if let Some(logs) = &container.log_configuration {
            let path = path.member("logConfiguration");
            values_from(&logs.secret_options, &path.member("secretOptions"), findings);
        }
    });
}

fn files(container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    let path = path.member("environmentFiles");
    if container.environment_files.len() > MOST_FILES {
        findings.add(Rule::T60, &path, format!("{} environment files", container.environment_files.len()));
    }
    for (index, file) in container.environment_files.iter().enumerate() {
        let Some(arn) = known(Some(&file.value)) else { continue };
        let item = path.item(index);
        if !arn.starts_with("arn:") {
            findings.add(Rule::T60, &item.member("value"), format!("\"{arn}\" is no ARN"));
        } else if !arn.ends_with(".env") {
            findings.add(Rule::T60, &item.member("value"), format!("\"{arn}\" does not end in .env"));
        }
    }
}

fn variables(container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    let mut names = HashSet::new();
    let environment = path.member("environment");
    for (index, variable) in container.environment.iter().enumerate() {
        let Some(name) = variable.name.as_deref() else { continue };
        if !names.insert(name) {
            findings.add(
                Rule::X10,
                &environment.item(index).member("name"),
                format!("{name} stands there twice"),
            );
        }
    }
    let secrets = path.member("secrets");
    for (index, secret) in container.secrets.iter().enumerate() {
        if !names.insert(&secret.name) {
            let problem = format!("{} is the name of another variable or secret", secret.name);
            findings.add(Rule::T61, &secrets.item(index).member("name"), problem);
        }
    }
}

/// Behind the ARN of a secret in Secrets Manager there may be three fields more.
fn values_from(secrets: &[Secret], path: &Path<'_>, findings: &mut Findings) {
    for (index, secret) in secrets.iter().enumerate() {
        let Some(value) = known(Some(&secret.value_from)) else { continue };
        let fields: Vec<_> = value.split(':').collect();
        // What a mark stands for may have fields of its own.
        let is_marked = value.contains(['$', '{', '<', '%', '(']);
        let is_secret = !is_marked && matches!(fields[..], ["arn", _, "secretsmanager", ..]);
        if is_secret && fields.len() > MOST_FIELDS {
            let problem = format!("{} fields, and ECS's agent reads {MOST_FIELDS}", fields.len());
            findings.warn(Rule::T78, &path.item(index).member("valueFrom"), problem, Minds::Agent);
        }
    }
}

fn registry(container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    let Some(credentials) = &container.repository_credentials else { return };
    let Some(secret) = known(Some(&credentials.credentials_parameter)) else { return };
    if !is_secret(secret) {
        let path = path.member("repositoryCredentials");
        let problem = format!("\"{secret}\" is not a secret in Secrets Manager");
        findings.add(Rule::T62, &path.member("credentialsParameter"), problem);
    }
}

fn is_secret(text: &str) -> bool {
    if text.starts_with("arn:") {
        let parts: Vec<_> = text.splitn(7, ':').collect();
        return matches!(parts[..], [_, _, "secretsmanager", _, _, "secret", name] if !name.is_empty());
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte);
    (1..=LONGEST_SECRET_NAME).contains(&text.len()) && text.bytes().all(allowed)
}
