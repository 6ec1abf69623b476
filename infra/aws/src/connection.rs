//! The connection to AWS: one client per service, made from the standard configuration.

use crate::clients::{Clients, ServiceClient};
use crate::program::Program;
use aws_config::SdkConfig;
use infra_engine::Failure;
use infra_wire::Account;
use infra_wire::configuration::region;
use std::sync::Arc;

/// What every kind needs to make its calls.
#[derive(Clone)]
pub struct Aws {
    clients: Clients,
    /// The account that the credentials belong to.
    pub account: Account,
    /// The region.
    pub region: String,
    /// Host and port of an endpoint that stands in for AWS; its image registry is there too.
    pub local_registry: Option<String>,
    /// Whether a deploy waits until new tasks have taken over.
    pub waits: bool,
    /// The stack at hand.
    pub stack: Arc<str>,
    /// What the program decides and kinds have to know.
    pub program: Arc<dyn Program>,
}

impl Aws {
    /// Connects with this configuration. Where the credentials say whose they are, that is still to be confirmed.
    ///
    /// # Errors
    /// When there are no credentials, or they are not accepted.
    pub async fn connect(
        config: &SdkConfig,
        stack: &str,
        program: Arc<dyn Program>,
    ) -> Result<Self, Failure> {
        let (account, config) = Account::of_credentials(config).await?;
        Ok(Self {
            account,
            region: region(&config),
            local_registry: config.endpoint_url().and_then(plain_http_host),
            waits: false,
            stack: stack.into(),
            program,
            clients: Clients::new(config),
        })
    }

    /// The client of a service.
    pub fn client<C: ServiceClient>(&self) -> C {
        self.clients.get()
    }

    /// What an answer does not tell. AWS leaves out what has AWS's own value; an emulator leaves out what it does not keep, which
    /// can't be compared and counts as desired.
    pub fn untold<T>(&self, desired: T, of_aws: T) -> T {
        if self.is_emulated() { desired } else { of_aws }
    }

    /// Whether an emulator answers instead of AWS.
    pub fn is_emulated(&self) -> bool {
        self.local_registry.is_some()
    }
}

/// Host and port of a plain HTTP endpoint: an emulator's, since AWS's own are all HTTPS.
fn plain_http_host(endpoint: &str) -> Option<String> {
    let host = endpoint.strip_prefix("http://")?;
    Some(host.split('/').next().unwrap_or(host).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_http_endpoint_is_an_emulator() {
        assert_eq!(plain_http_host("http://127.0.0.1:4566/"), Some("127.0.0.1:4566".to_owned()));
        assert_eq!(plain_http_host("https://vpce-1.ecs.us-east-1.vpce.amazonaws.com"), None);
    }
}
