//! Service Connect: names by which the services of a namespace reach each other.

use crate::container::LogConfiguration;
use serde::{Deserialize, Serialize};

/// Service Connect for a service: a proxy in each task knows the others by name, with metrics and retries.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceConnect {
    /// Whether it is on.
    pub enabled: bool,
    /// The namespace; the cluster's if left out.
    pub namespace: Option<String>,
    /// What this service offers to others; empty for one that only asks.
    pub services: Vec<ServiceConnectService>,
    /// Where the proxy's own output goes.
    pub log_configuration: Option<LogConfiguration>,
}

/// A port that others reach by name.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectService.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceConnectService {
    /// The name of the port mapping in the task definition.
    pub port_name: String,
    /// The name in AWS Cloud Map; the port's name if left out.
    pub discovery_name: Option<String>,
    /// The name and port that others use: at most one.
    pub client_aliases: Vec<ServiceConnectClientAlias>,
    /// The port on which the proxy listens instead of one it picks.
    pub ingress_port_override: Option<i32>,
}

/// The name and port that others use.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectClientAlias.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceConnectClientAlias {
    /// The port.
    pub port: i32,
    /// The name; `discoveryName.namespace` if left out.
    pub dns_name: Option<String>,
}
