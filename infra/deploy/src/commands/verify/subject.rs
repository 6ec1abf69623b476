//! What is looked at: an app's service and its task definition, or what the settings say of one that is not deployed.

use crate::session::Session;
use infra::apps::AppSpec;
use infra::settings::{AppSettings, Compute, Ec2NetworkMode};
use infra_aws::kinds::default_vpc::default_subnets;
use infra_aws::live_service::{self, LiveService};
use infra_aws::{Aws, task_definition};
use infra_ecs::container::{LogConfiguration, Secret};
use infra_ecs::service::{AwsvpcConfiguration, LaunchType};
use infra_ecs::task_definition::runtime_platform::RuntimePlatform;
use infra_ecs::task_definition::{Compatibility, NetworkMode};
use infra_ecs::{ContainerDefinition, TaskDefinition};
use infra_engine::Failure;

/// An app that is looked at.
pub struct Subject {
    /// What it is.
    pub spec: &'static AppSpec,
    /// Its service, if it is deployed.
    pub service: Option<LiveService>,
    /// The revision that the service runs; else what names and settings say of the first one.
    pub definition: TaskDefinition,
}

impl Subject {
    /// Finds the app's service among those of the stack.
    ///
    /// # Errors
    /// When its task definition can't be read.
    pub async fn of(
        session: &Session,
        spec: &'static AppSpec,
        settings: &AppSettings,
        services: &[LiveService],
    ) -> Result<Self, Failure> {
        let service = live_service::newest(services, spec.name).cloned();
        let definition = match &service {
            Some(service) => task_definition::revision(&session.aws, &service.task_definition).await?,
            None => as_named(session, spec, settings),
        };
        Ok(Self { spec, service, definition })
    }

    /// Whether its tasks run on Fargate.
    pub fn on_fargate(&self) -> bool {
        let Some(service) = &self.service else { return self.definition.on_fargate() };
        match service.launch_type {
            Some(launch_type) => launch_type == LaunchType::Fargate,
            None => service.capacity_provider_strategy.iter().any(|item| item.is_fargate()),
        }
    }

    /// The network of its tasks, where each has an interface of its own.
    pub fn awsvpc(&self) -> Option<&AwsvpcConfiguration> {
        self.service.as_ref()?.network_configuration.as_ref()?.awsvpc_configuration.as_ref()
    }

    /// How its containers are connected to the network.
    pub fn network_mode(&self) -> NetworkMode {
        self.definition.network_mode.unwrap_or(NetworkMode::Bridge)
    }

    /// The subnets in which a task on Fargate would be: those of the service, or those that a first deploy takes.
    ///
    /// # Errors
    /// When they can't be read.
    pub async fn subnets(&self, aws: &Aws, excluded_zones: &[String]) -> Result<Vec<String>, Failure> {
        if let Some(network) = self.awsvpc() {
            return network.subnets.get().cloned();
        }
        let mut subnets = default_subnets(aws).await?;
        subnets.retain(|it| !excluded_zones.iter().any(|zone| it.availability_zone() == Some(zone)));
        Ok(subnets.iter().filter_map(|it| it.subnet_id().map(str::to_owned)).collect())
    }
}

/// What the first deploy would register, as far as settings and names tell. An image that it builds itself is left out.
fn as_named(session: &Session, spec: &AppSpec, settings: &AppSettings) -> TaskDefinition {
    let names = &session.names;
    let on_instances = settings.runs_on == Compute::Ec2;
    let bridge = on_instances && settings.ec2_network_mode == Ec2NetworkMode::Bridge;
    let logs = LogConfiguration::awslogs(names.log_group.as_str().into(), &session.aws.region, spec.name);
    let secrets = settings.secrets.iter();
    let secrets = secrets.map(|it| Secret { name: it.name.clone(), value_from: it.from.as_str().into() });
    let container = ContainerDefinition {
        secrets: secrets.collect(),
        name: Some(infra::task::CONTAINER.to_owned()),
        image: settings.image.as_deref().map(Into::into),
        log_configuration: Some(logs),
        ..ContainerDefinition::default()
    };
    let compatibility = if on_instances { Compatibility::Ec2 } else { Compatibility::Fargate };
    TaskDefinition {
        requires_compatibilities: vec![compatibility],
        network_mode: Some(if bridge { NetworkMode::Bridge } else { NetworkMode::Awsvpc }),
        runtime_platform: Some(RuntimePlatform::linux(settings.cpu_architecture)),
        execution_role_arn: Some(names.execution_role.as_str().into()),
        task_role_arn: Some(names.task_role.as_str().into()),
        container_definitions: vec![container],
        ..TaskDefinition::default()
    }
}
