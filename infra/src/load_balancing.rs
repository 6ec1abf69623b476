//! The load balancer: each app's path leads to it, everything else to the app that has none.

use crate::names::Names;
use crate::network::Network;
use crate::settings::Settings;
use infra_engine::{Handle, Stack};
use infra_resources::listener::FixedResponse;
use infra_resources::{Listener, LoadBalancer};

/// The load balancer and its port.
pub struct Balancer {
    /// The load balancer.
    pub load_balancer: Handle<LoadBalancer>,
    /// Its port 80.
    pub listener: Handle<Listener>,
}

/// One load balancer on port 80 for all apps.
pub fn load_balancer(stack: &mut Stack, names: &Names, settings: &Settings, network: &Network) -> Balancer {
    let load_balancer = stack.add(
        "main",
        LoadBalancer {
            name: names.load_balancer.clone(),
            subnet_ids: network.vpc.subnet_ids.clone(),
            security_group_ids: vec![network.load_balancer_group.group_id.clone()],
            drop_invalid_header_fields: true,
            idle_timeout_seconds: settings.load_balancer.idle_timeout_seconds,
        },
    );
    let listener = stack.add(
        "http",
        Listener {
            load_balancer_name: names.load_balancer.clone(),
            load_balancer_arn: load_balancer.arn.clone(),
            port: 80,
            otherwise: FixedResponse { status_code: 503, message: "The app is being deployed.".to_owned() },
        },
    );
    Balancer { load_balancer, listener }
}
