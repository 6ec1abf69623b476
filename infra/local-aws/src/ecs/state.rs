//! All that ECS knows, but for services.

use super::Ecs;
use super::capacity_providers::Provider;
use super::clusters::Cluster;
use super::input::{client, invalid, last_part};
use super::instances::Instance;
use super::task::Task;
use super::task_definitions::{Family, Revision};
use crate::api_error::ApiError;
use infra_ecs::CapacityProviderStrategyItem;
use infra_ecs::capacity::{FARGATE, FARGATE_SPOT};
use infra_ecs::tag::Tag;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// What has ended is described for so long.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// What is behind the lock.
#[derive(Default)]
pub(super) struct State {
    /// By name.
    pub clusters: BTreeMap<String, Cluster>,
    /// Those of one's own, by name.
    pub providers: BTreeMap<String, Provider>,
    /// By name.
    pub families: BTreeMap<String, Family>,
    /// By id.
    pub tasks: BTreeMap<String, Task>,
    /// By id.
    pub instances: BTreeMap<String, Instance>,
    /// Account settings that somebody has put, by principal and name.
    pub settings: BTreeMap<(String, String), String>,
    /// By ARN.
    pub tags: BTreeMap<String, Vec<Tag>>,
    /// The zones of subnets.
    pub zones: BTreeMap<String, String>,
    /// How many looks at the groups have begun, and the latest of them that was taken over.
    pub looks: (u64, u64),
    /// What RunTask has answered, by its client token: the request, the answer, and when that was.
    pub tokens: BTreeMap<String, (Value, Value, SystemTime)>,
}

impl State {
    /// A cluster that is not deleted, by name or ARN; without either it is `default`.
    pub fn cluster(&self, reference: Option<&str>) -> Result<&Cluster, ApiError> {
        let name = cluster_name(reference);
        let not_found = |message: &str| ApiError::new("ClusterNotFoundException", message);
        let cluster = self.clusters.get(name).ok_or_else(|| not_found("Cluster not found."))?;
        if cluster.active { Ok(cluster) } else { Err(not_found("The referenced cluster was inactive.")) }
    }

    /// The same, to change it.
    pub fn cluster_mut(&mut self, reference: Option<&str>) -> Result<&mut Cluster, ApiError> {
        let name = self.cluster(reference)?.name.clone();
        Ok(self.clusters.entry(name).or_default())
    }

    /// A revision by `family`, `family:revision` or ARN; of a family alone the newest that is active.
    pub fn revision(&self, reference: &str) -> Option<&Arc<Revision>> {
        let name = last_part(reference);
        match name.rsplit_once(':') {
            Some((family, number)) => self.families.get(family)?.revisions.get(&number.parse().ok()?),
            None => {
                self.families.get(name)?.revisions.values().rev().find(|revision| revision.status == "ACTIVE")
            }
        }
    }

    /// A revision that tasks may be started of.
    pub fn active_revision(&self, reference: &str) -> Result<&Arc<Revision>, ApiError> {
        match self.revision(reference) {
            None => Err(client("TaskDefinition not found.")),
            Some(revision) if revision.status != "ACTIVE" => Err(client("TaskDefinition is inactive")),
            Some(revision) => Ok(revision),
        }
    }

    /// The tasks of a cluster that are not stopped.
    pub fn alive_in(&self, cluster: &str) -> impl Iterator<Item = &Task> {
        self.tasks.values().filter(move |task| task.request.cluster == cluster && task.is_alive())
    }

    /// A task of a cluster, by id or ARN.
    pub fn task_in(&self, cluster: &str, reference: &str) -> Option<&Task> {
        self.tasks.get(last_part(reference)).filter(|task| task.request.cluster == cluster)
    }

    /// An instance of a cluster, by id or ARN.
    pub fn instance_in(&self, cluster: &str, reference: &str) -> Option<&Instance> {
        self.instances.get(last_part(reference)).filter(|instance| instance.cluster == cluster)
    }

    /// Tags as answers have them.
    pub fn tags_of(&self, arn: &str) -> Value {
        json!(self.tags.get(arn).map(Vec::as_slice).unwrap_or_default())
    }

    /// Forgets what ended more than an hour ago.
    pub fn forget(&mut self, now: SystemTime) {
        let old = |ended: SystemTime| now.duration_since(ended).is_ok_and(|age| age > REMEMBERED);
        self.tasks.retain(|_, task| !task.times.get("stoppedAt").copied().is_some_and(old));
        self.tokens.retain(|_, (.., answered)| !old(*answered));
        self.clusters.retain(|_, cluster| !cluster.deleted.is_some_and(old));
        let tasks = &self.tasks;
        for family in self.families.values_mut() {
            let runs = |arn: &str| tasks.values().any(|task| task.revision.arn == arn);
            family.revisions.retain(|_, it| !it.deleted.is_some_and(old) || runs(&it.arn));
        }
        self.tags.retain(|arn, _| !arn.contains(":task/") || tasks.contains_key(last_part(arn)));
    }
}

/// The name in a reference to a cluster.
pub(super) fn cluster_name(reference: Option<&str>) -> &str {
    reference.map(last_part).filter(|name| !name.is_empty()).unwrap_or("default")
}

/// So many hexadecimal digits.
pub(super) fn hex(digits: usize) -> String {
    format!("{:032x}", fastrand::u128(..)).chars().take(digits).collect()
}

/// An id like those of containers and attachments.
pub(super) fn uuid() -> String {
    let digits = hex(32);
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

/// For those parts of ECS that have a state of their own.
impl Ecs {
    /// The name of a cluster that is not deleted, by name or ARN; without either it is `default`.
    ///
    /// # Errors
    /// There is none: `ClusterNotFoundException`.
    pub fn cluster_named(&self, reference: Option<&str>) -> Result<String, ApiError> {
        Ok(self.lock().cluster(reference)?.name.clone())
    }

    /// The ARN of a cluster.
    pub fn cluster_arn(&self, name: &str) -> String {
        self.account.arn("ecs", &format!("cluster/{name}"))
    }

    /// An active revision by `family`, `family:revision` or ARN.
    ///
    /// # Errors
    /// There is none, or it is inactive: `ClientException`.
    pub fn active_revision(&self, reference: &str) -> Result<Arc<Revision>, ApiError> {
        self.lock().active_revision(reference).cloned()
    }

    /// The strategy of a service or task that asks for this one: its own, or the cluster's default where there is no launch
    /// type; empty is plain EC2.
    ///
    /// # Errors
    /// It names a capacity provider that the cluster does not have.
    pub fn strategy(
        &self,
        cluster: &str,
        launch_type: Option<&str>,
        asked: &[CapacityProviderStrategyItem],
    ) -> Result<Vec<CapacityProviderStrategyItem>, ApiError> {
        let state = self.lock();
        let cluster = state.cluster(Some(cluster))?;
        if asked.is_empty() {
            let default = if launch_type.is_none() { cluster.default_strategy.as_slice() } else { &[] };
            return Ok(default.to_vec());
        }
        let lacks =
            |item: &&CapacityProviderStrategyItem| !cluster.providers.contains(&item.capacity_provider);
        match asked.iter().find(lacks) {
            Some(missing) => Err(not_associated(&missing.capacity_provider)),
            None => Ok(asked.to_vec()),
        }
    }

    /// The zones in which a service's tasks may run: those of its subnets, else those of the instances.
    pub fn zones_of(&self, request: &Value) -> Vec<String> {
        let state = self.lock();
        let subnets = request["networkConfiguration"]["awsvpcConfiguration"]["subnets"].as_array();
        let subnets = subnets.into_iter().flatten().filter_map(Value::as_str);
        let mut zones: Vec<_> = subnets.filter_map(|subnet| state.zones.get(subnet).cloned()).collect();
        if zones.is_empty() {
            zones.extend(state.instances.values().map(|instance| instance.zone.clone()));
        }
        zones.sort();
        zones.dedup();
        zones
    }

    /// The capacity provider that a task runs on.
    pub fn capacity_provider_of(&self, task: &str) -> Option<String> {
        self.lock().tasks.get(task)?.request.capacity_provider.clone()
    }

    /// The ARNs of a cluster's container instances that take tasks: where a daemon may run.
    pub fn active_instances(&self, cluster: &str) -> Vec<String> {
        let state = self.lock();
        let active = state.instances.values().filter(|it| it.cluster == cluster && it.status == "ACTIVE");
        active.map(|instance| instance.arn(self)).collect()
    }

    /// The tags of a resource: `[{"key": ..., "value": ...}]`.
    pub fn tags_of(&self, arn: &str) -> Value {
        self.lock().tags_of(arn)
    }

    /// Gives a resource its tags when it is made; with none it has none when it is gone.
    pub fn set_tags(&self, arn: &str, tags: Vec<Tag>) {
        self.lock().tags.insert(arn.to_owned(), tags);
    }
}

/// The refusal of a strategy that the cluster does not have the capacity provider for.
pub(super) fn not_associated(provider: &str) -> ApiError {
    invalid(format!(
        "The specified capacity provider strategy cannot be used: the capacity provider '{provider}' is not associated \
         with the cluster. Specify a valid capacity provider strategy and try again."
    ))
}

/// Whether a capacity provider is AWS's own.
pub(super) fn is_fargate(provider: &str) -> bool {
    matches!(provider, FARGATE | FARGATE_SPOT)
}
