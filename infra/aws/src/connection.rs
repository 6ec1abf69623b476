//! The connection to AWS: one client per service, made from the standard configuration.

use crate::clients::{Clients, ServiceClient};
use crate::program::Program;
use crate::rollout;
use aws_config::SdkConfig;
use infra_emulators::Emulator;
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
    /// The endpoint that is configured for all services.
    pub endpoint: Option<String>,
    /// What may answer there instead of AWS.
    pub(crate) emulator: Option<Emulator>,
    /// Whether a deploy waits until new tasks have taken over.
    pub waits: bool,
    /// How rollouts are followed.
    pub rollout: rollout::Options,
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
        let emulator = Emulator::behind(config);
        let config = emulator.as_ref().map_or_else(|| config.clone(), |emulator| emulator.over(config));
        let (account, config) = Account::of_credentials(&config).await?;
        Ok(Self {
            account,
            region: region(&config),
            endpoint: config.endpoint_url().map(|endpoint| endpoint.trim_end_matches('/').to_owned()),
            emulator,
            waits: false,
            rollout: rollout::Options::default(),
            stack: stack.into(),
            program,
            clients: Clients::new(config),
        })
    }

    /// Whether a deploy that does not wait waits all the same for one of this kind that takes another's place.
    pub fn waits_for_replacing(&self, kind: &str) -> bool {
        self.emulator.as_ref().is_none_or(|emulator| emulator.waits_for_replacing(kind))
    }

    /// Whether load balancers speak TLS, where they have a certificate.
    pub fn load_balancers_speak_tls(&self) -> bool {
        self.emulator.as_ref().is_none_or(Emulator::speaks_tls)
    }

    /// The client of a service.
    pub fn client<C: ServiceClient>(&self) -> C {
        self.clients.get()
    }
}
