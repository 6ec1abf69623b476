//! Clusters.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/clusters.html>

use super::Ecs;
use super::capacity_providers::{Provider, not_found};
use super::input::{Request, Setting, described, invalid};
use super::page::page;
use super::state::{State, cluster_name, is_fargate, not_associated, uuid};
use super::tags::checked;
use super::words::refuse;
use crate::api_error::ApiError;
use infra_ecs::CapacityProviderStrategyItem;
use infra_ecs::rules::{self, Findings, Path};
use serde_json::{Map, Value, json};
use std::time::SystemTime;

/// A cluster.
#[derive(Default)]
pub(super) struct Cluster {
    pub name: String,
    /// Not deleted.
    pub active: bool,
    pub deleted: Option<SystemTime>,
    pub settings: Vec<Setting>,
    /// `configuration` and `serviceConnectDefaults`, where given.
    members: Map<String, Value>,
    pub providers: Vec<String>,
    pub default_strategy: Vec<CapacityProviderStrategyItem>,
}

/// CreateCluster: one that is there already is answered as it is.
pub(super) fn create(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let name = request.cluster.clone().unwrap_or_else(|| "default".to_owned());
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || name.len() > 255 || !name.bytes().all(valid) {
        return Err(invalid("Cluster name must match ^[a-zA-Z0-9_-]{1,255}$."));
    }
    let mut cluster = Cluster { name: name.clone(), active: true, ..Cluster::default() };
    cluster.settings = vec![Setting { name: "containerInsights".to_owned(), value: "disabled".to_owned() }];
    cluster.take(&request)?;
    cluster.providers = request.capacity_providers.unwrap_or_default();
    cluster.default_strategy = request.default_capacity_provider_strategy.unwrap_or_default();
    let tags = checked(request.tags)?;
    let mut state = ecs.lock();
    strategy_fits(&state, &cluster.providers, &cluster.default_strategy)?;
    if state.cluster(Some(&name)).is_err() {
        state.clusters.insert(name.clone(), cluster);
        state.tags.insert(ecs.cluster_arn(&name), tags);
    }
    let cluster = state.cluster(Some(&name))?;
    Ok(json!({"cluster": json(ecs, &state, cluster, &["SETTINGS", "CONFIGURATIONS", "TAGS"])}))
}

/// DescribeClusters.
pub(super) fn describe(ecs: &Ecs, mut request: Request) -> Result<Value, ApiError> {
    if request.clusters.is_empty() {
        request.clusters.push("default".to_owned());
    }
    let state = ecs.lock();
    let include: Vec<&str> = request.include.iter().map(String::as_str).collect();
    let find = |name: &str| Some(json(ecs, &state, state.clusters.get(cluster_name(Some(name)))?, &include));
    Ok(described("clusters", &request.clusters, find, |name| ecs.cluster_arn(name)))
}

/// ListClusters.
pub(super) fn list(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let state = ecs.lock();
    let active = state.clusters.values().filter(|cluster| cluster.active);
    page("clusterArns", active.map(|cluster| ecs.cluster_arn(&cluster.name)).collect(), &request)
}

/// UpdateCluster and UpdateClusterSettings.
pub(super) fn update(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let mut state = ecs.lock();
    state.cluster_mut(request.cluster.as_deref())?.take(&request)?;
    let cluster = state.cluster(request.cluster.as_deref())?;
    Ok(json!({"cluster": json(ecs, &state, cluster, &["SETTINGS", "CONFIGURATIONS", "TAGS"])}))
}

/// PutClusterCapacityProviders: the list is the whole one.
pub(super) fn put_capacity_providers(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let (Some(providers), Some(strategy)) =
        (request.capacity_providers, request.default_capacity_provider_strategy)
    else {
        return Err(invalid("capacityProviders and defaultCapacityProviderStrategy are required."));
    };
    let reference = request.cluster.as_deref();
    let used_by_services = ecs.services.capacity_providers(cluster_name(reference));
    let mut state = ecs.lock();
    let cluster = state.cluster(reference)?;
    strategy_fits(&state, &providers, &strategy)?;
    let used = state.alive_in(&cluster.name).filter_map(|task| task.provider());
    let gone =
        |name: &str| !providers.iter().any(|it| it == name) && cluster.providers.iter().any(|it| it == name);
    if used.chain(used_by_services.iter().map(String::as_str)).any(gone) {
        let message = "The specified capacity provider is in use and cannot be removed.";
        return Err(ApiError::new("ResourceInUseException", message));
    }
    let cluster = state.cluster_mut(reference)?;
    (cluster.providers, cluster.default_strategy) = (providers, strategy);
    let cluster = state.cluster(reference)?;
    Ok(json!({"cluster": json(ecs, &state, cluster, &["SETTINGS", "CONFIGURATIONS", "TAGS", "ATTACHMENTS"])}))
}

/// DeleteCluster: it is INACTIVE for a while.
pub(super) fn delete(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let has_services = !ecs.services.arns(cluster_name(request.cluster.as_deref())).is_empty();
    let mut state = ecs.lock();
    let name = state.cluster(request.cluster.as_deref())?.name.clone();
    let registered = state.instances.values().any(|it| it.cluster == name && it.status != "INACTIVE");
    let contains = [
        ("Services", "Services are active", has_services),
        ("Tasks", "Tasks are active", state.alive_in(&name).next().is_some()),
        ("ContainerInstances", "Container Instances are active or draining", registered),
    ];
    if let Some((what, are, _)) = contains.iter().find(|(.., some)| *some) {
        let message = format!("The Cluster cannot be deleted while {are}.");
        return Err(ApiError::new(&format!("ClusterContains{what}Exception"), message));
    }
    state.instances.retain(|_, instance| instance.cluster != name);
    if let Some(cluster) = state.clusters.get_mut(&name) {
        (cluster.active, cluster.deleted) = (false, Some(SystemTime::now()));
    }
    let answer = state.clusters.get(&name).map(|cluster| json(ecs, &state, cluster, &["SETTINGS"]));
    state.tags.remove(&ecs.cluster_arn(&name));
    Ok(json!({"cluster": answer}))
}

impl Cluster {
    /// Takes over what a request says.
    fn take(&mut self, request: &Request) -> Result<(), ApiError> {
        for setting in &request.settings {
            let valid = setting.name == "containerInsights"
                && matches!(setting.value.as_str(), "enabled" | "disabled" | "enhanced");
            if !valid {
                return Err(invalid(format!(
                    "Invalid setting: '{}' with value '{}'. containerInsights is one of [enhanced, enabled, disabled].",
                    setting.name, setting.value
                )));
            }
            self.settings = vec![setting.clone()];
        }
        let (configuration, connect) = (&request.configuration, &request.service_connect_defaults);
        for (name, said) in [("configuration", configuration), ("serviceConnectDefaults", connect)] {
            self.members.extend(said.iter().map(|said| (name.to_owned(), json!(said))));
        }
        Ok(())
    }
}

/// Whether the capacity providers are there, and a cluster that has them may have this default strategy.
fn strategy_fits(
    state: &State,
    providers: &[String],
    strategy: &[CapacityProviderStrategyItem],
) -> Result<(), ApiError> {
    for name in providers {
        if !is_fargate(name) && !state.providers.contains_key(name) {
            return Err(invalid(not_found().message));
        }
    }
    if strategy.is_empty() {
        return Ok(());
    }
    let mut findings = Findings::default();
    rules::strategy(strategy, &Path::at("defaultCapacityProviderStrategy"), &mut findings);
    refuse(&findings, &Value::Null, invalid)?;
    match strategy.iter().find(|item| !providers.contains(&item.capacity_provider)) {
        Some(missing) => Err(not_associated(&missing.capacity_provider)),
        None => Ok(()),
    }
}

fn json(ecs: &Ecs, state: &State, cluster: &Cluster, include: &[&str]) -> Value {
    let arn = ecs.cluster_arn(&cluster.name);
    let tasks: Vec<_> = state.alive_in(&cluster.name).collect();
    let count =
        |running: bool| tasks.iter().filter(|task| (task.last_status == "RUNNING") == running).count();
    let registered = state.instances.values();
    let registered = registered.filter(|it| it.cluster == cluster.name && it.status != "INACTIVE").count();
    let strategy = cluster.default_strategy.iter().map(|item| {
        json!({
            "capacityProvider": item.capacity_provider,
            "weight": item.weight.unwrap_or_default(),
            "base": item.base.unwrap_or_default(),
        })
    });
    let has = |part: &str| include.contains(&part);
    let mut answer = json!({
        "clusterArn": arn,
        "clusterName": cluster.name,
        "status": if cluster.active { "ACTIVE" } else { "INACTIVE" },
        "registeredContainerInstancesCount": registered,
        "runningTasksCount": count(true),
        "pendingTasksCount": count(false),
        "statistics": if has("STATISTICS") { statistics(state, cluster) } else { json!([]) },
        "tags": if has("TAGS") { state.tags_of(&arn) } else { json!([]) },
        "settings": if has("SETTINGS") { json!(cluster.settings) } else { json!([]) },
        "capacityProviders": cluster.providers,
        "defaultCapacityProviderStrategy": strategy.collect::<Vec<_>>(),
    });
    for (name, value) in &cluster.members {
        if name != "configuration" || has("CONFIGURATIONS") {
            answer[name] = value.clone();
        }
    }
    if has("ATTACHMENTS") {
        answer["attachments"] = attachments(state, cluster);
        answer["attachmentsStatus"] = json!("UPDATE_COMPLETE");
    }
    answer
}

/// Adds what is known of the clusters' services to an answer, when nothing is locked any more.
pub(super) fn count_services(ecs: &Ecs, answer: &mut Value) {
    let mut count = |cluster: &mut Value| {
        let name = cluster["clusterName"].as_str().unwrap_or_default();
        let (active, active_on_fargate, draining, draining_on_fargate) = ecs.services.counts(name);
        cluster["activeServicesCount"] = json!(active);
        let Some(statistics) = cluster["statistics"].as_array_mut().filter(|it| !it.is_empty()) else {
            return;
        };
        let named = [
            ("activeEC2ServiceCount", active.saturating_sub(active_on_fargate)),
            ("activeFargateServiceCount", active_on_fargate),
            ("drainingEC2ServiceCount", draining.saturating_sub(draining_on_fargate)),
            ("drainingFargateServiceCount", draining_on_fargate),
        ];
        statistics.extend(named.map(statistic));
    };
    answer.get_mut("cluster").into_iter().for_each(&mut count);
    answer.get_mut("clusters").and_then(Value::as_array_mut).into_iter().flatten().for_each(count);
}

fn statistic((name, count): (&str, usize)) -> Value {
    json!({"name": name, "value": count.to_string()})
}

fn statistics(state: &State, cluster: &Cluster) -> Value {
    let tasks = |running: bool, fargate: bool| {
        let tasks = state.alive_in(&cluster.name);
        tasks.filter(|it| (it.last_status == "RUNNING") == running && it.on_fargate() == fargate).count()
    };
    let named = [
        ("runningEC2TasksCount", tasks(true, false)),
        ("runningFargateTasksCount", tasks(true, true)),
        ("pendingEC2TasksCount", tasks(false, false)),
        ("pendingFargateTasksCount", tasks(false, true)),
    ];
    named.into_iter().map(statistic).collect()
}

/// The scaling plans that ECS makes for providers with managed scaling.
fn attachments(state: &State, cluster: &Cluster) -> Value {
    let is_scaled = |name: &&String| state.providers.get(*name).is_some_and(Provider::is_scaled);
    let attachment = |name: &String| {
        let details = json!([{"name": "capacityProviderName", "value": name}]);
        json!({"id": uuid(), "type": "as_policy", "status": "CREATED", "details": details})
    };
    cluster.providers.iter().filter(is_scaled).map(attachment).collect()
}
