//! The load balancer: each app's path leads to it, everything else to the app that has none.

use crate::names::Names;
use crate::network::Network;
use crate::settings::{LoadBalancerSettings, Settings};
use crate::storage::access_logs;
use infra_engine::{Handle, Output, Stack};
use infra_resources::listener::{FixedResponse, Otherwise, RedirectToHttps, SECURITY_POLICY, Tls};
use infra_resources::{Listener, LoadBalancer, NameError};

/// The port of HTTP.
pub const HTTP: u16 = 80;
/// The port of HTTPS.
pub const HTTPS: u16 = 443;

/// The load balancer and where people come in.
pub struct Balancer {
    /// The load balancer.
    pub load_balancer: Handle<LoadBalancer>,
    /// The listener that has the apps' rules.
    pub listener: Handle<Listener>,
    /// Its port.
    pub port: u16,
    /// How it and the listeners for tests speak HTTPS; nothing for HTTP.
    pub tls: Option<Tls>,
    name: String,
}

impl Balancer {
    /// The name of a listener, to which its rules' names begin alike.
    pub fn listener_name(&self, port: u16) -> String {
        format!("{}:{port}", self.name)
    }

    /// A listener that says that an app is on its way, where no rule of an app matches.
    pub fn listener_of_apps(&self, port: u16) -> Listener {
        of_apps(&self.name, self.load_balancer.arn.clone(), port, self.tls.clone())
    }
}

/// One load balancer for all apps: on port 80 or, with a certificate, on port 443, and then port 80 leads there.
///
/// # Errors
/// When the name of the bucket of its access logs is too long.
pub fn load_balancer(
    stack: &mut Stack,
    names: &Names,
    settings: &Settings,
    network: &Network,
) -> Result<Balancer, NameError> {
    let name = names.load_balancer.clone();
    let logs = access_logs(stack, names, &settings.load_balancer)?;
    let load_balancer = stack.add(
        "main",
        LoadBalancer {
            name: name.clone(),
            subnet_ids: network.vpc.subnet_ids.clone(),
            security_group_ids: vec![network.load_balancer_group.group_id.clone()],
            drop_invalid_header_fields: true,
            idle_timeout_seconds: settings.load_balancer.idle_timeout_seconds,
            deletion_protection: settings.load_balancer.deletion_protection,
            access_logs_bucket: logs.map(|bucket| bucket.name.clone()),
            web_acl_arn: settings.load_balancer.web_acl.clone(),
        },
    );
    let tls = tls(&settings.load_balancer);
    let arn = load_balancer.arn.clone();
    let http = of_apps(&name, arn.clone(), HTTP, None);
    if tls.is_none() {
        let listener = stack.add("http", http);
        return Ok(Balancer { load_balancer, listener, port: HTTP, tls, name });
    }
    let listener = stack.add("https", of_apps(&name, arn, HTTPS, tls.clone()));
    let to_https = Otherwise::Redirect(RedirectToHttps { redirect_to_https_port: HTTPS });
    // People are sent to HTTPS only once it is there.
    stack.add_after("http", Listener { otherwise: to_https, ..http }, &[&listener.id]);
    Ok(Balancer { load_balancer, listener, port: HTTPS, tls, name })
}

/// How the load balancer speaks HTTPS, where it has a certificate.
fn tls(settings: &LoadBalancerSettings) -> Option<Tls> {
    let certificate = settings.certificate.as_ref()?;
    Some(Tls {
        certificate_arn: certificate.as_str().into(),
        security_policy: SECURITY_POLICY.to_owned(),
        strict_transport_security: format!("max-age={}", settings.hsts_max_age_seconds),
    })
}

fn of_apps(balancer: &str, arn: Output<String>, port: u16, tls: Option<Tls>) -> Listener {
    Listener {
        load_balancer_name: balancer.to_owned(),
        load_balancer_arn: arn,
        port,
        tls,
        otherwise: Otherwise::Answer(FixedResponse {
            status_code: 503,
            message: "The app is being deployed.".to_owned(),
        }),
    }
}
