//! A call that a row mends, and its answer.

use crate::asked::Asked;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::{Headers, StatusCode};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use futures::future::BoxFuture;
use infra_engine::caller::RESOURCE;
use serde_json::Value;

/// In the place of a resource in the journal, for the calls that only an emulator needs.
pub const OWN_CALLS: &str = "emulator";

/// A call and who can make it.
pub struct Exchange<'a> {
    /// What is asked.
    pub asked: &'a Asked,
    /// The call itself.
    pub request: HttpRequest,
    /// What makes calls.
    pub inner: &'a SharedHttpConnector,
    /// The endpoint.
    pub url: &'a str,
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

    /// Takes one whole.
    pub async fn of(mut response: HttpResponse) -> Result<Self, ConnectorError> {
        let status = response.status().as_u16();
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        let body = ByteStream::new(body).collect().await;
        let body = body.map_err(|error| ConnectorError::io(error.into()))?.to_vec();
        let headers = std::mem::take(response.headers_mut());
        Ok(Self { status, body: String::from_utf8_lossy(&body).into_owned(), headers })
    }

    /// As the SDK takes it.
    pub fn into_response(self) -> Result<HttpResponse, ConnectorError> {
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
        Exchange { asked: self.asked, request, inner: self.inner, url: self.url }
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
        let uri = format!("{}/", self.url);
        request.set_uri(uri).map_err(|error| ConnectorError::user(error.into()))?;
        let signed_for = format!("/{}/aws4_request", self.asked.call.service);
        let authorization =
            self.asked.authorization.replace(&signed_for, &format!("/{service}/aws4_request"));
        request.headers_mut().insert("authorization", authorization);
        request.headers_mut().insert("content-length", length);
        for (name, value) in headers {
            request.headers_mut().insert(*name, (*value).to_owned());
        }
        Ok(Answered::of(RESOURCE.scope(OWN_CALLS.to_owned(), self.inner.call(request)).await?).await?.body)
    }
}

/// The page at an address.
pub async fn get(inner: &SharedHttpConnector, url: &str) -> Result<Answered, ConnectorError> {
    let mut request = HttpRequest::empty();
    request.set_uri(url.to_owned()).map_err(|error| ConnectorError::user(error.into()))?;
    Answered::of(RESOURCE.scope(OWN_CALLS.to_owned(), inner.call(request)).await?).await
}
