//! What people see once the stack is deployed.

use crate::app_spec::{AppList, AppSpec};
use crate::destination::Destination;
use crate::load_balancing::Balancer;
use crate::names::Names;
use crate::settings::Settings;
use infra_engine::Output;

/// What `outputs` prints, before the load balancer's address is known.
#[derive(Clone, Debug)]
pub struct Exports {
    /// The stack's name.
    pub stack: String,
    /// The region.
    pub region: String,
    /// The bucket of uploads.
    pub bucket: String,
    /// The bucket of the lease.
    pub lease_bucket: String,
    /// The ECS cluster.
    pub cluster: String,
    /// The services.
    pub services: Vec<String>,
    /// The load balancer's name.
    pub load_balancer: String,
    /// The load balancer's DNS name.
    pub dns_name: Output<String>,
    /// The port of HTTPS, where people come by that.
    pub https_port: Option<u16>,
    /// The name by which people come, where it is not the load balancer's.
    pub domain: Option<String>,
    /// The apps, each below its path.
    pub apps: AppList,
    /// The apps whose new tasks are tested at a port of their own before users reach them, with it.
    pub test_ports: Vec<(&'static AppSpec, u16)>,
}

impl Exports {
    pub(crate) fn new(
        names: &Names,
        destination: &Destination,
        balancer: &Balancer,
        settings: &Settings,
        services: Vec<String>,
    ) -> Self {
        let test_ports = settings.apps.iter();
        let test_ports = test_ports.filter_map(|(spec, app)| Some((spec, app.deployment.test_port()?)));
        Self {
            stack: names.stack.clone(),
            region: destination.region.clone(),
            bucket: names.bucket.clone(),
            lease_bucket: names.lease_bucket.clone(),
            cluster: names.cluster.clone(),
            services,
            load_balancer: names.load_balancer.clone(),
            dns_name: balancer.load_balancer.dns_name.clone(),
            https_port: balancer.tls.as_ref().map(|_| balancer.port),
            domain: settings.load_balancer.host().map(str::to_owned),
            apps: settings.apps.specs(),
            test_ports: test_ports.collect(),
        }
    }
}
