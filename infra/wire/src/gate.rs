//! What a call passes on its way out and back: here calls are bounded in number, and a run that lost its lease is stopped.

use crate::call::Call;
use crate::concurrency_limit::LIMIT;
use crate::held_body::held;
use crate::read_cache::{self, Answer};
use crate::transport::Transport;
use crate::{guard, journal, this_machine, writes};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The SDK's own HTTP client behind our gate, with the authorities to trust where they are not the system's. With `only_here` no
/// call leaves this machine: a service may have an endpoint of its own in the environment or in a profile.
pub fn client(
    only_here: bool,
    trusted: Option<TlsContext>,
    transport: Arc<dyn Transport>,
) -> SharedHttpClient {
    let gate = Arc::new(Gate { only_here, transport });
    SharedHttpClient::new(Wire { trusted, connectors: Mutex::new(HashMap::new()), gate })
}

/// Makes a connector for each pair of timeouts, once.
#[derive(Debug)]
struct Wire {
    trusted: Option<TlsContext>,
    connectors: Mutex<HashMap<[Option<Duration>; 2], SharedHttpConnector>>,
    gate: Arc<Gate>,
}

/// What a call passes on its way out and back.
#[derive(Debug)]
struct Gate {
    only_here: bool,
    transport: Arc<dyn Transport>,
}

#[derive(Debug)]
struct Gated {
    inner: SharedHttpConnector,
    gate: Arc<Gate>,
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let timeouts = [settings.connect_timeout(), settings.read_timeout()];
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        let connector = connectors.entry(timeouts).or_insert_with(|| {
            let mut builder = Connector::builder().connector_settings(settings.clone());
            builder.set_sleep_impl(components.sleep_impl());
            let leads_away = self.gate.only_here && !this_machine::has_its_proxy();
            let proxy = if leads_away { ProxyConfig::disabled() } else { ProxyConfig::from_env() };
            let builder = builder.proxy_config(proxy);
            let mut builder = builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc));
            if let Some(trusted) = &self.trusted {
                builder.set_tls_context(trusted.clone());
            }
            let inner = builder.build();
            let inner = SharedHttpConnector::new(inner);
            SharedHttpConnector::new(Gated { inner, gate: Arc::clone(&self.gate) })
        });
        connector.clone()
    }
}

impl HttpConnector for Gated {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, gate) = (self.inner.clone(), Arc::clone(&self.gate));
        HttpConnectorFuture::new(async move {
            if gate.only_here && !this_machine::is_here(request.uri()) {
                return Err(ConnectorError::user(this_machine::ELSEWHERE.into()));
            }
            let call = Call::of(&request);
            let Some(place) = read_cache::place_of(&call) else {
                return gate.pass(&inner, request, &call).await;
            };
            let asked = async || Answer::keep(gate.pass(&inner, request, &call).await).await;
            match place.get_or_try_init(asked).await {
                Ok(answer) => answer.again(),
                Err(not_kept) => not_kept.into_answer(),
            }
        })
    }
}

impl Gate {
    /// Makes a call when it has a permit.
    async fn pass(
        &self,
        network: &SharedHttpConnector,
        mut request: HttpRequest,
        call: &Call,
    ) -> Result<HttpResponse, ConnectorError> {
        let _permit = LIMIT.permit().await.map_err(|error| ConnectorError::user(error.into()))?;
        if call.is_write() && guard::is_lost() {
            return Err(ConnectorError::user(guard::LOST.into()));
        }
        if call.is_write() {
            let body = request.take_body();
            *request.body_mut() = held(body);
        }
        let began = Instant::now();
        let answer = self.transport.send(call, request, network).await;
        journal::write(call, began.elapsed(), &answer);
        writes::noted(answer, call)
    }
}
