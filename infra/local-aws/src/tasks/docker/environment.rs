//! A container's environment variables: those of its definition, and those that ECS adds.

use super::DockerSettings;
use super::running::Running;
use infra_ecs::container::KeyValue;
use std::collections::BTreeMap;

/// `NAME=value` of a container.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html> and
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
pub(super) fn of_container(
    task: &Running,
    index: usize,
    settings: &DockerSettings,
    from_files: &BTreeMap<String, String>,
    secrets: &BTreeMap<String, String>,
) -> Vec<String> {
    let container = &task.containers[index];
    let host = format!("http://{}:{}", settings.own_address, settings.port);
    let region = &settings.account.region;
    let kind = if task.on_fargate() { "AWS_ECS_FARGATE" } else { "AWS_ECS_EC2" };
    let defaults = [
        ("AWS_ENDPOINT_URL", host.as_str()),
        ("AWS_REGION", region),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_EXECUTION_ENV", kind),
    ];
    let mut variables: BTreeMap<String, String> = defaults.map(owned).into();
    variables.extend(from_files.clone());
    variables.extend(known(&container.definition.environment));
    variables.extend(secrets.clone());
    let metadata = format!("{host}/v4/{}", container.token);
    variables.extend([owned(("ECS_CONTAINER_METADATA_URI_V4", &metadata))]);
    if let Some(role) = &task.credentials {
        let uri = format!("{host}/v2/credentials/{}", role.id);
        variables.extend([
            owned(("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri)),
            owned(("AWS_CONTAINER_AUTHORIZATION_TOKEN", &role.authorization)),
        ]);
    }
    variables.into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn known(variables: &[KeyValue]) -> BTreeMap<String, String> {
    let pair = |it: &KeyValue| {
        let value = it.value.as_ref().and_then(|value| value.get().ok());
        Some((it.name.clone()?, value.cloned().unwrap_or_default()))
    };
    variables.iter().filter_map(pair).collect()
}

/// The variables of an environment file: the first line that gives one counts.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html>
pub(super) fn read_file(text: &str, variables: &mut BTreeMap<String, String>) {
    let lines = text.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    for (name, value) in lines.filter_map(|line| line.split_once('=')).filter(|(name, _)| !name.is_empty()) {
        variables.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
}
