//! The proxy of AWS App Mesh, a service that has ended.

use crate::container::KeyValue;
use crate::open_enum;
use serde::{Deserialize, Serialize};

/// A container through which all traffic of the task goes. For new things use Service Connect instead.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProxyConfiguration {
    /// `APPMESH`.
    #[serde(rename = "type")]
    pub proxy_type: Option<ProxyType>,
    /// The container that is the proxy.
    pub container_name: String,
    /// `ProxyIngressPort`, `ProxyEgressPort`, `AppPorts`, `EgressIgnoredIPs`, and `IgnoredUID` or `IgnoredGID`.
    pub properties: Vec<KeyValue>,
}

open_enum! {
    /// The one kind of proxy there is.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html>
    pub enum ProxyType {
        /// AWS App Mesh.
        AppMesh = "APPMESH",
    }
}
