//! The task execution role and what needs it: T52, X09, X29.

use super::{Checked, at};
use crate::ecs::container::{ContainerDefinition, LogDriver};
use crate::ecs::rules::text::{given, known};
use crate::ecs::rules::{Findings, Path, Rule};
use crate::image::Image;
use infra_engine::{Output, Resource};

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    let definition = task.definition;
    for (member, role) in
        [("taskRoleArn", &definition.task_role_arn), ("executionRoleArn", &definition.execution_role_arn)]
    {
        // `${...}` is filled in later, by whatever made the file.
        let whole = |role: &str| role.is_empty() || role.starts_with("arn:") || role.starts_with("${");
        if let Some(role) = known(role.as_ref()).filter(|role| !whole(role)) {
            findings.add(Rule::X09, &at(member), format!("\"{role}\" is no ARN"));
        }
    }
    if given(definition.execution_role_arn.as_ref()) {
        return;
    }
    task.each_container(|container, path| without_execution_role(task, container, path, findings));
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
        Output::Of(reference) => reference.resource().kind == Image::KIND,
        Output::Known(image) => {
            let host = image.split('/').next().unwrap_or_default();
            let account = host.split('.').next().unwrap_or_default();
            let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            // `dkr.ecr`, `dkr.ecr-fips`, and `dkr-ecr` of dual-stack names.
            let rest = host.get(12..).unwrap_or_default();
            is_account && (rest.starts_with(".dkr.ecr") || rest.starts_with(".dkr-ecr"))
        }
    }
}
