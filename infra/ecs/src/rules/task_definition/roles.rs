//! The roles of a task, and what needs the one for its execution: T52, T76, X09, X29.

use super::checked::Checked;
use crate::container::{ContainerDefinition, LogDriver};
use crate::rules::text::{given, known};
use crate::rules::{Findings, Minds, Path, Rule};
use infra_engine::Output;

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    let definition = task.definition;
    for (member, role) in
        [("taskRoleArn", &definition.task_role_arn), ("executionRoleArn", &definition.execution_role_arn)]
    {
        // `${...}` is filled in later, by whatever made the file.
        if let Some(role) = known(role.as_ref()).filter(|role| !role.is_empty() && !role.starts_with("${")) {
            role_text(member, role, findings);
        }
    }
    if given(definition.execution_role_arn.as_ref()) {
        return;
    }
    task.each_container(|container, path| without_execution_role(task, container, path, findings));
}

/// AWS documents the name alone for the task role, and is silent about it for the other.
fn role_text(member: &str, role: &str, findings: &mut Findings) {
    let path = Path::at(member);
    if role.starts_with("arn:") {
        if !is_role_arn(role) {
            findings.add(Rule::T76, &path, format!("\"{role}\" is not the ARN of an IAM role"));
        }
    } else if !is_role_name(role) {
        findings.add(Rule::X09, &path, format!("\"{role}\" is neither the ARN nor the name of a role"));
    } else if member == "executionRoleArn" {
        let problem = "the name of a role in the task's account: AWS documents the full ARN here";
        findings.note(Rule::X09, &path, problem, Minds::Check);
    }
}

/// `arn:aws:iam::123456789012:role/path/name`.
fn is_role_arn(arn: &str) -> bool {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let [_, partition, "iam", "", account, resource] = parts[..] else { return false };
    let is_role = resource.strip_prefix("role/").is_some_and(is_role_name);
    (partition == "aws" || partition.starts_with("aws-")) && is_account(account) && is_role
}

/// A name, perhaps with its path.
fn is_role_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&byte);
    !name.is_empty() && name.bytes().all(allowed)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn without_execution_role(
    task: &Checked<'_>,
    container: &ContainerDefinition,
    path: &Path<'_>,
    findings: &mut Findings,
) {
    let logs = container.log_configuration.as_ref();
    let secret_options = logs.is_some_and(|logs| !logs.secret_options.is_empty());
    for (needed, member) in
        [(!container.secrets.is_empty(), "secrets"), (secret_options, "logConfiguration.secretOptions")]
    {
        if needed {
            findings.add(Rule::T52, &path.member(member), "secrets without an execution role");
        }
    }
    let needs = [
        (logs.is_some_and(|logs| logs.log_driver == LogDriver::AwsLogs), "logConfiguration", "awslogs"),
        (container.image.as_ref().is_some_and(is_in_ecr), "image", "an image in ECR"),
        (container.repository_credentials.is_some(), "repositoryCredentials", "a private registry"),
    ];
    for (_, member, what) in needs.iter().filter(|(needed, ..)| *needed) {
        let problem = format!("{what} without an execution role");
        if task.fargate {
            findings.add(Rule::T52, &path.member(member), problem);
        } else if (task.external || task.managed_instances) && *member != "repositoryCredentials" {
            findings.add(Rule::X29, &path.member(member), problem);
        }
    }
}

/// Whether the image is in a private ECR repository: `123456789012.dkr.ecr.us-east-1.amazonaws.com/...`.
fn is_in_ecr(image: &Output<String>) -> bool {
    match image {
        // Another resource gives an image only where the stack pushed it.
        Output::Of(_) => true,
        Output::Known(image) => {
            let host = image.split('/').next().unwrap_or_default();
            let account = host.split('.').next().unwrap_or_default();
            // `dkr.ecr`, `dkr.ecr-fips`, and `dkr-ecr` of dual-stack names.
            let rest = host.get(12..).unwrap_or_default();
            is_account(account) && (rest.starts_with(".dkr.ecr") || rest.starts_with(".dkr-ecr"))
        }
    }
}
