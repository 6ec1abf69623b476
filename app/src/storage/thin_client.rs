//! The two calls that clients wait for most, one try of each: the SDK takes several times as long for what it does around
//! them. Whatever is not answered plainly is left to the SDK, which tries again and says what is wrong.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html>

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider as Tls, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use crc_fast::CrcAlgorithm;
use percent_encoding::utf8_percent_encode;

use super::credentials::CachedCredentials;
use super::object::{Fetched, Object, ObjectHead};
use super::{ObjectFacts, endpoint};
use crate::url::UNRESERVED;

/// What S3 says of a key under which nothing is stored.
const NO_SUCH_KEY: &[u8] = b"<Code>NoSuchKey</Code>";

/// What is asked for of an object.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// A range of its bytes.
    pub range: Option<&'a str>,
    /// Nothing if it still has this tag.
    pub unless: Option<&'a str>,
}

/// What a try brought; the SDK is asked where it is neither.
#[derive(Debug)]
pub enum Tried<T> {
    /// What was asked for.
    Done(T),
    /// There is no such object.
    NoSuchObject,
    /// S3 is busy, or has trouble of its own.
    Busy,
    /// Something else.
    Unclear,
}

/// A client that signs and sends, and does nothing else.
#[derive(Debug)]
pub struct ThinClient {
    connector: Connector,
    credentials: CachedCredentials,
    region: String,
    bucket_url: String,
    /// How long a try may take until its answer begins, and then between the pieces of it.
    patience: Duration,
}

impl ThinClient {
    /// For a bucket; none where only the SDK knows how to reach it.
    pub fn new(sdk: &SdkConfig, bucket: &str, connect: Duration, patience: Duration) -> Option<Self> {
        if !endpoint::is_plain(sdk, bucket) {
            return None;
        }
        let settings = HttpConnectorSettings::builder().connect_timeout(connect).read_timeout(patience);
        let connector = ConnectorBuilder::default()
            .connector_settings(settings.build())
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(Tls::Rustls(CryptoMode::AwsLc))
            .build();
        Some(Self {
            connector,
            credentials: CachedCredentials::new(sdk)?,
            region: sdk.region()?.to_string(),
            bucket_url: endpoint::of_bucket(sdk, bucket),
            patience,
        })
    }

    /// Opens an object, or a range of it, or says that it still has a tag.
    pub async fn get(&self, key: &str, wanted: Wanted<'_>) -> Tried<Fetched> {
        let conditions = [("range", wanted.range), ("if-none-match", wanted.unless)];
        let headers = conditions.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let headers: Vec<_> = headers.chain([("x-amz-checksum-mode", "ENABLED")]).collect();
        let Some(response) = self.send("GET", key, &headers, Bytes::new()).await else {
            return Tried::Unclear;
        };
        let head = head_of(&response);
        match response.status().as_u16() {
            status @ (200 | 206) => {
                // Of a range, and of what was stored in parts, it is the checksum of something else.
                let checksum = response.headers().get("x-amz-checksum-crc32").and_then(decoded);
                let body = ByteStream::new(response.into_body());
                let object = Object::new(key, head, body, self.patience);
                Tried::Done(Fetched::Object(object.with_checksum(checksum.filter(|_| status == 200))))
            }
            304 => Tried::Done(Fetched::NotModified(head)),
            404 => self.not_found(key, response).await,
            status => self.unclear(key, status),
        }
    }

    /// Stores an object.
    pub async fn put(&self, key: &str, facts: &ObjectFacts, bytes: Bytes) -> Tried<()> {
        let checksum = crc_fast::checksum(CrcAlgorithm::Crc32IsoHdlc, &bytes) as u32;
        let checksum = BASE64_STANDARD.encode(checksum.to_be_bytes());
        let metadata = facts.metadata();
        let metadata: Vec<_> =
            metadata.into_iter().map(|(name, value)| (format!("x-amz-meta-{name}"), value)).collect();
        let mut headers = vec![
            ("content-type", facts.content_type),
            ("x-amz-checksum-crc32", checksum.as_str()),
            ("x-amz-sdk-checksum-algorithm", "CRC32"),
        ];
        headers.extend(metadata.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        match self.send("PUT", key, &headers, bytes).await.map(|response| response.status().as_u16()) {
            Some(200) => Tried::Done(()),
            Some(status) => self.unclear(key, status),
            None => Tried::Unclear,
        }
    }

    fn unclear<T>(&self, key: &str, status: u16) -> Tried<T> {
        tracing::debug!(key, status, "a try failed: the SDK goes on");
        match status {
            401 | 403 => {
                self.credentials.forget();
                Tried::Unclear
            }
            429 | 500.. => Tried::Busy,
            _ => Tried::Unclear,
        }
    }

    async fn not_found(&self, key: &str, response: HttpResponse) -> Tried<Fetched> {
        let body = ByteStream::new(response.into_body());
        let object = Object::new(key, ObjectHead::default(), body, self.patience);
        match object.collect(self.patience).await {
            Ok(body) if memchr::memmem::find(&body, NO_SUCH_KEY).is_some() => Tried::NoSuchObject,
            _ => Tried::Unclear,
        }
    }

    /// Signs and sends; none if there is no answer in time. What went wrong, the SDK will find, too.
    async fn send(
        &self,
        method: &str,
        key: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Option<HttpResponse> {
        let answer = tokio::time::timeout(self.patience, async {
            let request = self.signed(method, key, headers, body).await?;
            Some(self.connector.call(request).await)
        });
        match answer.await {
            Ok(None) => None,
            Ok(Some(Ok(response))) => Some(response),
            Ok(Some(Err(error))) => {
                tracing::debug!(key, %error, "a try failed: the SDK goes on");
                None
            }
            Err(elapsed) => {
                tracing::debug!(key, error = %elapsed, "a try took too long: the SDK goes on");
                None
            }
        }
    }

    async fn signed(
        &self,
        method: &str,
        key: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Option<HttpRequest> {
        let identity = self.credentials.get().await?.into();
        let uri = format!("{}{}", self.bucket_url, utf8_percent_encode(key, UNRESERVED));
        let payload = if uri.starts_with("https:") {
            SignableBody::UnsignedPayload
        } else {
            SignableBody::Bytes(&body)
        };
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .ok()?;
        let signable = SignableRequest::new(method, &uri, headers.iter().copied(), payload).ok()?;
        let (instructions, _) = sign(signable, &params.into()).ok()?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method).ok()?;
        request.set_uri(uri).ok()?;
        for (name, value) in headers.iter().copied().chain(instructions.headers()) {
            request.headers_mut().try_insert(name.to_owned(), value.to_owned()).ok()?;
        }
        Some(request)
    }
}

/// A checksum as S3 writes it.
fn decoded(checksum: &str) -> Option<u32> {
    let bytes = BASE64_STANDARD.decode(checksum).ok()?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn head_of(response: &HttpResponse) -> ObjectHead {
    let text = |name| response.headers().get(name).map(str::to_owned);
    ObjectHead {
        content_type: text("content-type"),
        e_tag: text("etag"),
        last_modified: text("last-modified"),
        length: response.headers().get("content-length").and_then(|length| length.parse().ok()),
        content_range: text("content-range"),
    }
}
