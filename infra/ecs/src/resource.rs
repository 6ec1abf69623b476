//! Clusters, capacity providers, services and task definitions as resources of a stack: how each is found, compared and
//! checked.

use crate::capacity_provider::{CapacityProvider, CapacityProviderOutputs};
use crate::cluster::{Cluster, ClusterOutputs};
use crate::container::ContainerDefinition;
use crate::rules;
use crate::service::{self, Service, ServiceOutputs};
use crate::task_definition::volume::Switch;
use crate::task_definition::{self, TaskDefinition, TaskDefinitionOutputs};
use crate::unknown_members::beyond;
use infra_engine::Resource;
use serde_json::Value;

impl Resource for Cluster {
    const KIND: &'static str = "cluster";
    type Outputs = ClusterOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn normalise(&mut self) {
        self.capacity_providers.sort();
        for item in &mut self.default_capacity_provider_strategy {
            item.normalise();
        }
        self.default_capacity_provider_strategy.sort();
    }

    fn problems(&self) -> Vec<String> {
        rules::cluster(self).refusals()
    }
}

impl Resource for CapacityProvider {
    const KIND: &'static str = "capacity-provider";
    // A group that somebody deleted comes back under its name with another ARN.
    const IMMUTABLE: &'static [&'static str] = &["autoScalingGroupArn"];
    type Outputs = CapacityProviderOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    /// Writes ECS's defaults out, as ECS does.
    fn normalise(&mut self) {
        let scaling = self.managed_scaling.get_or_insert_default();
        scaling.status.get_or_insert(Switch::Disabled);
        scaling.target_capacity.get_or_insert(100);
        scaling.minimum_scaling_step_size.get_or_insert(1);
        scaling.maximum_scaling_step_size.get_or_insert(10_000);
        scaling.instance_warmup_period.get_or_insert(300);
        self.managed_termination_protection.get_or_insert(Switch::Disabled);
        self.managed_draining.get_or_insert(Switch::Enabled);
    }

    fn problems(&self) -> Vec<String> {
        rules::capacity_provider(self).refusals()
    }
}

impl Resource for Service {
    const KIND: &'static str = "service";
    const IDENTITY: &'static [&'static str] = &["serviceName", "clusterName"];
    type Outputs = ServiceOutputs;

    fn physical_name(&self) -> String {
        self.service_name.clone()
    }

    fn normalise(&mut self) {
        service::normalise::service(self);
    }

    fn keep_unknown(&mut self, json: &Value) {
        self.unknown = beyond::<Self>(json);
    }

    fn problems(&self) -> Vec<String> {
        rules::service(self).refusals()
    }
}

impl Resource for TaskDefinition {
    const KIND: &'static str = "task-definition";
    const IDENTITY: &'static [&'static str] = &["family"];
    const OUTPUTS_OF_UPDATE: &'static [&'static str] = &["arn"];
    type Outputs = TaskDefinitionOutputs;

    fn physical_name(&self) -> String {
        self.family.clone()
    }

    fn normalise(&mut self) {
        task_definition::normalise::task_definition(self);
    }

    fn keep_unknown(&mut self, json: &Value) {
        self.unknown = beyond::<Self>(json);
        let containers = json["containerDefinitions"].as_array().into_iter().flatten();
        for (container, json) in self.container_definitions.iter_mut().zip(containers) {
            container.unknown = beyond::<ContainerDefinition>(json);
        }
    }

    fn problems(&self) -> Vec<String> {
        rules::task_definition(self).refusals()
    }
}
