//! What the functions of one app are given: the app, and what all apps of the stack share.

use crate::app_spec::AppSpec;
use crate::identity::Roles;
use crate::keys::Keys;
use crate::load_balancing::Balancer;
use crate::names::Names;
use crate::network::Network;
use crate::settings::{AppSettings, LoadBalancerSettings, Settings, UploadSettings};
use infra_ecs::ClusterRef;
use infra_engine::{Handle, Output};
use infra_resources::{Bucket, IamRole, LogGroup};

/// An app of a stack: what it is, and what the stack makes of it.
pub struct App<'a> {
    /// What it is.
    pub spec: &'static AppSpec,
    /// Its place in the list of apps.
    pub position: usize,
    /// Its settings.
    pub settings: &'a AppSettings,
    /// The image that its tasks run.
    pub image: &'a Output<String>,
}

/// What apps share.
pub struct Context<'a> {
    /// The names of the stack.
    pub names: &'a Names,
    /// The settings of the stack.
    pub settings: &'a Settings,
    /// The keys of KMS.
    pub keys: &'a Keys,
    /// The network.
    pub network: &'a Network,
    /// The cluster.
    pub cluster: &'a ClusterRef,
    /// The load balancer.
    pub balancer: &'a Balancer,
    /// The role with which ECS moves traffic, where an app's strategy does.
    pub infrastructure_role: Option<&'a Handle<IamRole>>,
    /// What the tasks share.
    pub tasks: &'a TaskContext<'a>,
}

/// What the tasks of all apps use.
pub struct TaskContext<'a> {
    /// The region.
    pub region: &'a str,
    /// Where uploads go.
    pub bucket: &'a Handle<Bucket>,
    /// Who the tasks are.
    pub roles: &'a Roles,
    /// Where logs go.
    pub logs: &'a Handle<LogGroup>,
    /// Whether browsers upload to the bucket themselves.
    pub direct_upload: bool,
    /// How the load balancer treats connections and tasks that go.
    pub load_balancer: &'a LoadBalancerSettings,
    /// Whether positions are removed from images.
    pub strip_location: bool,
    /// What one upload may bring.
    pub uploads: &'a UploadSettings,
}
