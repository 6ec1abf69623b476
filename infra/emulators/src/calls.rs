//! The rows that apply to calls: a client around the SDK's own, which asks once who answers, and changes what that one gets wrong.

use crate::Product;
use crate::answers;
use crate::asked::Asked;
use crate::exchange::{Answered, Exchange, get};
use crate::kinds::Emulated;
use crate::table::{Mend, rows_of};
use aws_config::SdkConfig;
use aws_smithy_http_client::tls::{Provider as Tls, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use infra_engine::Provider;
use infra_resources::partition::is_aws_host;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// What may be an emulator: whatever answers at the endpoint that is configured, unless that is AWS's own.
#[derive(Clone, Debug)]
pub struct Emulator(Arc<Endpoint>);

#[derive(Debug)]
struct Endpoint {
    url: String,
    /// Filled before the first call is made; `None` when no emulator answers that is known.
    product: OnceCell<Option<Product>>,
}

impl Emulator {
    /// What this configuration leads to; `None` where that is AWS: without an endpoint, or with a VPC endpoint.
    pub fn behind(config: &SdkConfig) -> Option<Self> {
        let url = config.endpoint_url()?.trim_end_matches('/').to_owned();
        let emulator = Self(Arc::new(Endpoint { url, product: OnceCell::new() }));
        let is_aws = emulator.host().split(':').next().is_some_and(is_aws_host);
        (!is_aws).then_some(emulator)
    }

    /// The configuration with its calls mended.
    pub fn over(&self, config: &SdkConfig) -> SdkConfig {
        let of_sdk = || {
            let builder = aws_smithy_http_client::Builder::new();
            builder.tls_provider(Tls::Rustls(CryptoMode::AwsLc)).build_https()
        };
        let inner = config.http_client().unwrap_or_else(of_sdk);
        config
            .to_builder()
            .http_client(SharedHttpClient::new(Client { inner, emulator: self.clone() }))
            .build()
    }

    /// All kinds, mended.
    pub fn around(&self, provider: Provider) -> Provider {
        provider.map(|kind| Box::new(Emulated { kind, emulator: self.clone() }))
    }

    /// The emulator, once a call was made.
    pub fn product(&self) -> Option<Product> {
        self.0.product.get().copied().flatten()
    }

    /// Whether a call goes to the endpoint.
    fn is_at(&self, uri: &str) -> bool {
        uri.strip_prefix(&self.0.url).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }

    /// Whether a run that does not wait waits all the same for one of this kind that takes another's place.
    pub fn waits_for_replacing(&self, kind: &str) -> bool {
        !self.mends(kind).any(|mend| matches!(mend, Mend::NotWaitedFor))
    }

    /// Whether load balancers speak TLS.
    pub fn speaks_tls(&self) -> bool {
        !self.mends("listener").any(|mend| matches!(mend, Mend::PlainHttp))
    }

    /// How a kind is mended, once a call was made.
    pub(crate) fn mends(&self, kind: &str) -> impl Iterator<Item = &'static Mend> {
        self.product().into_iter().flat_map(move |product| rows_of(product, kind)).map(|row| &row.mend)
    }

    /// Host and port of the endpoint.
    fn host(&self) -> &str {
        let host = self.0.url.split_once("://").map_or(self.0.url.as_str(), |(_, host)| host);
        host.split('/').next().unwrap_or(host)
    }

    /// Who answers. What can't be asked is not known, and the call that wanted to know fails as it would have itself.
    async fn recognised(&self, inner: &SharedHttpConnector) -> Result<Option<Product>, ConnectorError> {
        let asked = async || {
            for product in Product::ALL {
                let answer = get(inner, &format!("{}{}", self.0.url, product.page())).await?;
                if product.has_page(answer.status, answer.body.as_bytes()) {
                    return Ok(Some(product));
                }
            }
            Ok(None)
        };
        self.0.product.get_or_try_init(asked).await.copied()
    }
}

/// The SDK's client, with what it is answered mended.
#[derive(Debug)]
struct Client {
    inner: SharedHttpClient,
    emulator: Emulator,
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    emulator: Emulator,
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { inner, emulator: self.emulator.clone() })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, emulator) = (self.inner.clone(), self.emulator.clone());
        // A service may have an endpoint of its own, where somebody else answers.
        if !emulator.is_at(request.uri()) {
            return inner.call(request);
        }
        HttpConnectorFuture::new(async move {
            let Some(product) = emulator.recognised(&inner).await? else { return inner.call(request).await };
            let asked = Asked::of(&request);
            let mends: Vec<&Mend> = rows_of(product, &asked.action).map(|row| &row.mend).collect();
            if mends.is_empty() {
                return inner.call(request).await;
            }
            let exchange = Exchange { asked: &asked, request, inner: &inner, url: &emulator.0.url };
            let by = mends.iter().find_map(|mend| if let Mend::Call(by) = mend { Some(by) } else { None });
            let answer = match by {
                Some(by) => by(exchange).await?,
                None => exchange.answer().await?,
            };
            let mended =
                mends.iter().fold(answer, |answer, mend| mended(mend, &asked, emulator.host(), answer));
            mended.into_response()
        })
    }
}

fn mended(mend: &Mend, asked: &Asked, host: &str, answer: Answered) -> Answered {
    // That it is busy, or broken for a test, says nothing of what it lacks.
    let is_busy = answer.status == 503 || answer.body.contains("Throttl");
    let is_refused = answer.status >= 400 && !is_busy;
    match mend {
        Mend::Nothing if is_refused => {
            let (status, body) = answers::nothing_found(&asked.call);
            Answered { status, body, ..answer }
        }
        Mend::Code(words, code) if is_refused && answer.body.contains(words) => {
            let mut headers = answer.headers;
            // It would count more than the code in the body.
            headers.remove("x-amzn-errortype");
            Answered { body: answers::error(&asked.call, code, words), headers, status: answer.status }
        }
        Mend::Answer(of) => of(asked, host, answer),
        _ => answer,
    }
}

#[cfg(test)]
mod tests;
