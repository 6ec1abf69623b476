//! What is reported of a deployed stack: where it is reached and what it is made of.

use anyhow::{Context, Result};
use infra::Exports;
use infra::apps::AppSpec;
use infra_aws::Aws;
use infra_engine::Output;
use infra_engine::apply::AllOutputs;
use infra_options::StackOptions;
use infra_options::print;
use serde::{Serialize, Serializer};

/// As wide as `endpoint` and a space, with or without it.
const LEAST_WIDTH: usize = 9;

/// The outputs of a stack.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The stack's name.
    pub stack: String,
    /// Where each app is reached: `url` of the one that has no path of its own, `php_url` of PHP's.
    #[serde(flatten, serialize_with = "as_members")]
    pub urls: Vec<(String, String)>,
    /// Where the new tasks of an app answer before users reach them, as `web_test_url`. Nothing is asked there by a deploy.
    #[serde(flatten, serialize_with = "as_members")]
    pub test_urls: Vec<(String, String)>,
    /// The bucket of uploads.
    pub bucket: String,
    /// The ECS cluster.
    pub cluster: String,
    /// The services.
    pub services: Vec<String>,
    /// The region.
    pub region: String,
    /// The account.
    pub account: String,
    /// The load balancer's DNS name.
    pub load_balancer: String,
    /// The name whose DNS record is to lead there, where people come by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The local AWS, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

impl Summary {
    /// Resolves what the program exports; `None` where the load balancer does not exist.
    pub fn new(exports: &Exports, outputs: &AllOutputs, aws: &Aws, options: &StackOptions) -> Option<Self> {
        let dns_name = match &exports.dns_name {
            Output::Known(name) => name.clone(),
            Output::Of(reference) => {
                outputs.get(reference.resource())?.get(reference.attribute())?.as_str()?.to_owned()
            }
        };
        let endpoint = aws.endpoint.clone().filter(|_| options.local);
        let base = base(exports, &dns_name, aws.load_balancers_speak_tls());
        let urls = exports.apps.iter().map(|app| (output_name(app), format!("{base}{}/", app.path)));
        let tests = exports.test_ports.iter();
        let tests = tests.map(|(app, port)| {
            // A test listener has the certificate of the users' one.
            let base = if base.starts_with("https:") { base.as_str() } else { &format!("http://{dns_name}") };
            (format!("{}_test_url", app.name), format!("{base}:{port}{}/", app.path))
        });
        Some(Self {
            stack: exports.stack.clone(),
            urls: urls.collect(),
            test_urls: tests.collect(),
            bucket: exports.bucket.clone(),
            cluster: exports.cluster.clone(),
            services: exports.services.clone(),
            domain: exports.domain.clone(),
            region: exports.region.clone(),
            account: aws.account.id.clone(),
            load_balancer: dns_name,
            endpoint,
        })
    }

    /// Why a machine can't see whether the apps answer, though it may connect: no certificate is for a load balancer's own name.
    pub fn unasked(&self) -> Option<&'static str> {
        let is_of_balancer = |(_, url): &(String, String)| url.starts_with("https:") && self.domain.is_none();
        self.urls.iter().any(is_of_balancer).then_some(
            "the certificate is not for the load balancer's own name, and load_balancer.domain does not say which it is for",
        )
    }

    /// Prints it as the last of a deploy's events, each an object in a line of its own; for people as [`Summary::print`].
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn print_last(&self, json: bool) -> Result<()> {
        if !json {
            return self.print(false);
        }
        let mut last = serde_json::to_value(self).context("the outputs have no JSON form")?;
        last["event"] = "outputs".into();
        print(last)
    }

    /// Prints it, for people or as one JSON object.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn print(&self, json: bool) -> Result<()> {
        if json {
            return print(serde_json::to_string_pretty(self).context("the outputs have no JSON form")?);
        }
        let mut rows: Vec<_> =
            self.urls.iter().chain(&self.test_urls).map(|(name, url)| (name.as_str(), url.clone())).collect();
        rows.extend([
            ("bucket", self.bucket.clone()),
            ("cluster", self.cluster.clone()),
            ("services", self.services.join(", ")),
            ("region", self.region.clone()),
        ]);
        let alias = self
            .domain
            .as_ref()
            .map(|domain| format!("{domain} is to be an alias of {}", self.load_balancer));
        rows.extend(alias.map(|alias| ("dns", alias)));
        rows.extend(self.endpoint.clone().map(|endpoint| ("endpoint", endpoint)));
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default().max(LEAST_WIDTH);
        for (name, value) in rows {
            print(format_args!("{name:<width$} {value}"))?;
        }
        Ok(())
    }
}

/// What the apps' addresses begin with.
fn base(exports: &Exports, dns_name: &str, speaks_tls: bool) -> String {
    match (exports.https_port, &exports.domain) {
        (None, _) => format!("http://{dns_name}"),
        (Some(port), _) if !speaks_tls => format!("http://{dns_name}:{port}"),
        (Some(_), Some(domain)) => format!("https://{domain}"),
        (Some(_), None) => format!("https://{dns_name}"),
    }
}

/// What the address of an app is called.
fn output_name(app: &AppSpec) -> String {
    if app.path.is_empty() { "url".to_owned() } else { format!("{}_url", app.name) }
}

fn as_members<S: Serializer>(urls: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(urls.iter().map(|(name, url)| (name, url)))
}
