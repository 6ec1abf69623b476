//! What is told of a deployed stack: where it is reached and what it is made of.

use crate::aws::Aws;
use crate::standard_output::print;
use anyhow::{Context, Result};
use infra::Exports;
use infra_engine::Output;
use infra_engine::apply::AllOutputs;
use infra_options::StackOptions;
use serde::Serialize;

/// The outputs of a stack.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The stack's name.
    pub stack: String,
    /// Where the Rust app is reached.
    pub url: String,
    /// Where the PHP app is reached.
    pub php_url: String,
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
        let endpoint =
            aws.local_registry.as_ref().filter(|_| options.local).map(|host| format!("http://{host}"));
        // A local AWS has the load balancer below a path of its own port, so that no name has to be resolved.
        let base = match &endpoint {
            Some(endpoint) => format!("{endpoint}/_alb/{}", exports.load_balancer),
            None => format!("http://{dns_name}"),
        };
        Some(Self {
            stack: exports.stack.clone(),
            url: format!("{base}/"),
            php_url: format!("{base}{}/", exports.php_path),
            bucket: exports.bucket.clone(),
            cluster: exports.cluster.clone(),
            services: exports.services.clone(),
            region: exports.region.clone(),
            account: aws.account.id.clone(),
            load_balancer: dns_name,
            endpoint,
        })
    }

    /// Prints it, for people or as one JSON object.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn print(&self, json: bool) -> Result<()> {
        if json {
            return print(serde_json::to_string_pretty(self).context("the outputs have no JSON form")?);
        }
        let mut rows = vec![
            ("url", self.url.clone()),
            ("php_url", self.php_url.clone()),
            ("bucket", self.bucket.clone()),
            ("cluster", self.cluster.clone()),
            ("services", self.services.join(", ")),
            ("region", self.region.clone()),
        ];
        rows.extend(self.endpoint.clone().map(|endpoint| ("endpoint", endpoint)));
        for (name, value) in rows {
            print(format_args!("{name:<9} {value}"))?;
        }
        Ok(())
    }
}
