//! What people see once the stack is deployed.

use crate::app_spec::AppList;
use crate::destination::Destination;
use crate::names::Names;
use infra_engine::{Handle, Output};
use infra_resources::LoadBalancer;

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
    /// The apps, each below its path.
    pub apps: AppList,
}

impl Exports {
    pub(crate) fn new(
        names: &Names,
        destination: &Destination,
        balancer: &Handle<LoadBalancer>,
        services: Vec<String>,
        apps: AppList,
    ) -> Self {
        Self {
            stack: names.stack.clone(),
            region: destination.region.clone(),
            bucket: names.bucket.clone(),
            lease_bucket: names.lease_bucket.clone(),
            cluster: names.cluster.clone(),
            services,
            load_balancer: names.load_balancer.clone(),
            dns_name: balancer.dns_name.clone(),
            apps,
        }
    }
}
