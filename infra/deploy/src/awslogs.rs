//! Where the containers of a task log to on CloudWatch Logs.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::Region;
use infra_aws::Aws;
use infra_aws::clients;
use infra_ecs::ContainerDefinition;
use infra_ecs::container::LogDriver;

/// The group of a container whose log driver is awslogs.
pub fn group_of(container: &ContainerDefinition) -> Option<&str> {
    let logs = container.log_configuration.as_ref()?;
    if logs.log_driver == LogDriver::AwsLogs { option(container, "awslogs-group") } else { None }
}

/// An option of a container's log driver.
pub fn option<'a>(container: &'a ContainerDefinition, name: &str) -> Option<&'a str> {
    let value = container.log_configuration.as_ref()?.options.get(name)?;
    value.get().ok().map(String::as_str)
}

/// A client for a log's region: logs may be kept in another one than the task runs in.
pub fn client(aws: &Aws, region: Option<&str>) -> Client {
    match region.filter(|region| *region != aws.region) {
        Some(region) => {
            let config =
                aws.client::<clients::Logs>().config().to_builder().region(Region::new(region.to_owned()));
            Client::from_conf(config.build())
        }
        None => (*aws.client::<clients::Logs>()).clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[test]
    fn only_the_awslogs_driver_has_a_group() {
        let container = |driver: &str| {
            let logs = json!({"logDriver": driver, "options": {"awslogs-group": "/ecs/demo"}});
            ContainerDefinition::deserialize(json!({"name": "web", "logConfiguration": logs})).unwrap()
        };
        assert_eq!(group_of(&container("awslogs")), Some("/ecs/demo"));
        assert_eq!(group_of(&container("splunk")), None);
        assert_eq!(group_of(&ContainerDefinition::default()), None);
    }
}
