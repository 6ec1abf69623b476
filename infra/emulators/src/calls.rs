//! The rows that apply to calls: a client around the SDK's own, which asks once who answers, and changes what that one gets wrong.

use crate::Product;
use crate::answers;
use crate::asked::Asked;
use crate::kinds::Emulated;
use crate::table::{Mend, rows_of};
use aws_config::SdkConfig;
use aws_smithy_http_client::tls::{Provider as Tls, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::{Headers, StatusCode};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use futures::future::BoxFuture;
use infra_engine::Provider;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// How often it is asked who answers: a connection may break.
const ATTEMPTS: usize = 3;

/// What may be an emulator: whatever answers at the endpoint that is configured.
#[derive(Clone, Debug)]
pub struct Emulator(Arc<Endpoint>);

#[derive(Debug)]
struct Endpoint {
    url: String,
    /// Filled before the first call is made; `None` when no emulator answers that is known.
    product: OnceCell<Option<Product>>,
}

impl Emulator {
    /// What this configuration leads to; `None` without an endpoint, as that is AWS.
    pub fn behind(config: &SdkConfig) -> Option<Self> {
        let url = config.endpoint_url()?.trim_end_matches('/').to_owned();
        Some(Self(Arc::new(Endpoint { url, product: OnceCell::new() })))
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

    /// Host and port of the endpoint.
    fn host(&self) -> &str {
        let host = self.0.url.split_once("://").map_or(self.0.url.as_str(), |(_, host)| host);
        host.split('/').next().unwrap_or(host)
    }

    async fn recognised(&self, inner: &SharedHttpConnector) -> Option<Product> {
        let asked = async || {
            for product in Product::ALL {
                if let Some(answer) = self.page(inner, product).await
                    && product.has_page(answer.status, answer.body.as_bytes())
                {
                    return Some(product);
                }
            }
            None
        };
        *self.0.product.get_or_init(asked).await
    }

    async fn page(&self, inner: &SharedHttpConnector, product: Product) -> Option<Answered> {
        for _ in 0..ATTEMPTS {
            if let Ok(answer) = get(inner, &format!("{}{}", self.0.url, product.page())).await {
                return Some(answer);
            }
        }
        None
    }
}

/// A call and who can make it.
pub struct Exchange<'a> {
    /// What is asked.
    pub asked: &'a Asked,
    /// The call itself.
    pub request: HttpRequest,
    inner: &'a SharedHttpConnector,
    emulator: &'a Emulator,
}

/// The answer to come.
pub type Mended<'a> = BoxFuture<'a, Result<Answered, ConnectorError>>;

/// An answer, whole.
#[derive(Debug)]
pub struct Answered {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: String,
    /// Its headers.
    pub headers: Headers,
}

impl Answered {
    /// One that nobody gave.
    pub fn new(status: u16, body: String) -> Self {
        Self { status, body, headers: Headers::new() }
    }

    async fn of(mut response: HttpResponse) -> Result<Self, ConnectorError> {
        let status = response.status().as_u16();
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        let body = ByteStream::new(body).collect().await;
        let body = body.map_err(|error| ConnectorError::io(error.into()))?.to_vec();
        let headers = std::mem::take(response.headers_mut());
        Ok(Self { status, body: String::from_utf8_lossy(&body).into_owned(), headers })
    }

    fn into_response(self) -> Result<HttpResponse, ConnectorError> {
        let status = StatusCode::try_from(self.status).map_err(|error| ConnectorError::user(error.into()))?;
        let mut response = HttpResponse::new(status, SdkBody::from(self.body));
        for (name, value) in self.headers.iter().filter(|(name, _)| *name != "content-length") {
            response.headers_mut().append(name.to_owned(), value.to_owned());
        }
        Ok(response)
    }
}

impl Exchange<'_> {
    /// Makes the call.
    pub async fn answer(self) -> Result<Answered, ConnectorError> {
        Answered::of(self.inner.call(self.request).await?).await
    }

    /// The same call, to be made before this one.
    pub fn again(&self) -> Exchange<'_> {
        // Every call that a row makes anew has its whole body in memory.
        let request = self.request.try_clone().unwrap_or_else(HttpRequest::empty);
        Exchange { asked: self.asked, request, inner: self.inner, emulator: self.emulator }
    }

    /// Makes the call with another body.
    pub async fn answer_to(mut self, body: String) -> Result<Answered, ConnectorError> {
        self.request.headers_mut().insert("content-length", body.len().to_string());
        *self.request.body_mut() = SdkBody::from(body);
        self.answer().await
    }

    /// Asks a service that speaks XML, as if the same person did.
    pub async fn query(&self, service: &str, body: String) -> Result<String, ConnectorError> {
        self.ask(service, &[("content-type", "application/x-www-form-urlencoded")], body).await
    }

    /// Asks a service that speaks JSON, as if the same person did.
    pub async fn json(&self, service: &str, target: &str, body: Value) -> Result<Value, ConnectorError> {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        let answer = self.ask(service, &headers, body.to_string()).await?;
        serde_json::from_str(&answer).map_err(|error| ConnectorError::other(error.into(), None))
    }

    async fn ask(
        &self,
        service: &str,
        headers: &[(&'static str, &str)],
        body: String,
    ) -> Result<String, ConnectorError> {
        let length = body.len().to_string();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").map_err(|error| ConnectorError::user(error.into()))?;
        let uri = format!("{}/", self.emulator.0.url);
        request.set_uri(uri).map_err(|error| ConnectorError::user(error.into()))?;
        let signed_for = format!("/{}/aws4_request", self.asked.call.service);
        let authorization =
            self.asked.authorization.replace(&signed_for, &format!("/{service}/aws4_request"));
        request.headers_mut().insert("authorization", authorization);
        request.headers_mut().insert("content-length", length);
        for (name, value) in headers {
            request.headers_mut().insert(*name, (*value).to_owned());
        }
        Ok(Answered::of(self.inner.call(request).await?).await?.body)
    }
}

async fn get(inner: &SharedHttpConnector, url: &str) -> Result<Answered, ConnectorError> {
    let mut request = HttpRequest::empty();
    request.set_uri(url.to_owned()).map_err(|error| ConnectorError::user(error.into()))?;
    Answered::of(inner.call(request).await?).await
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
        HttpConnectorFuture::new(async move {
            let Some(product) = emulator.recognised(&inner).await else { return inner.call(request).await };
            let asked = Asked::of(&request);
            let mends: Vec<&Mend> = rows_of(product, &asked.action).map(|row| &row.mend).collect();
            if mends.is_empty() {
                return inner.call(request).await;
            }
            let exchange = Exchange { asked: &asked, request, inner: &inner, emulator: &emulator };
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
    let is_refused = answer.status >= 400;
    match mend {
        Mend::Nothing if is_refused => {
            let (status, body) = answers::nothing_found(&asked.call);
            Answered { status, body, ..answer }
        }
        Mend::Code(words, code) if is_refused && answer.body.contains(words) => {
            let body = answers::error(&asked.call, code, words);
            Answered { body, ..answer }
        }
        Mend::Answer(of) => of(asked, host, answer),
        _ => answer,
    }
}

#[cfg(test)]
mod tests;
