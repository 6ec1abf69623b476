//! Requests that are no calls to AWS's APIs: outside the gate, with the proxies and the authorities that those have.

use crate::trust;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::{AggregatedBytes, ByteStream};
use infra_engine::Failure;
use infra_engine::failure::in_one_line;
use std::net::IpAddr;
use std::time::Duration;

const PORT: u16 = 443;

/// What a request came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Reached {
    /// An answer with this status.
    Answered(u16),
    /// The name that leads there is not known here.
    Unresolved(String),
    /// No connection came about, or none over TLS.
    Unreachable(String),
    /// A connection came about, and then there was no answer.
    Unanswered(String),
}

/// Asks a site once. It is looked for where `at` leads: its own name may not lead there yet, and is what its certificate is for.
/// Through a proxy it is the proxy that looks for it, by its own name.
///
/// # Errors
/// When the request can't be made at all.
pub async fn ask(url: &str, at: &str, patience: Duration) -> Result<Reached, Failure> {
    trusting(trust::of_bundle(None)?, url, at, patience).await
}

async fn trusting(
    trusted: Option<TlsContext>,
    url: &str,
    at: &str,
    patience: Duration,
) -> Result<Reached, Failure> {
    let leads = if has_proxy() {
        None
    } else {
        match tokio::net::lookup_host((at, PORT)).await {
            Ok(addresses) => Some(At(addresses.map(|address| address.ip()).collect())),
            Err(error) => return Ok(Reached::Unresolved(format!("{at} is not known: {error}"))),
        }
    };
    let connector = connector(trusted, leads, patience);
    Ok(match connector.call(request(url)?).await {
        Ok(answer) => Reached::Answered(answer.status().as_u16()),
        Err(error) => {
            let why = in_one_line(&error);
            let connects = error.is_io() || why.to_lowercase().contains("connect");
            if connects { Reached::Unreachable(why) } else { Reached::Unanswered(why) }
        }
    })
}

/// Reads what is at a URL, as one that AWS gives out for a short time.
///
/// # Errors
/// When it can't be read, or the answer is no success.
pub async fn get(url: &str, patience: Duration) -> Result<Vec<u8>, Failure> {
    let failure = |error: ConnectorError| Failure::caused_by("a URL that AWS gave out can't be read", error);
    let connector = connector(trust::of_bundle(None)?, None, patience);
    let mut answer = connector.call(request(url)?).await.map_err(failure)?;
    if !answer.status().is_success() {
        return Err(Failure::new(format!(
            "a URL that AWS gave out answers with {}",
            answer.status().as_u16()
        )));
    }
    let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
    let body = ByteStream::new(body).collect().await;
    body.map(AggregatedBytes::to_vec).map_err(|error| failure(ConnectorError::io(error.into())))
}

fn request(url: &str) -> Result<HttpRequest, Failure> {
    HttpRequest::get(url).map_err(|error| Failure::caused_by("a URL can't be asked for", error))
}

/// Connects to where a name leads, or to `at` whatever the name.
fn connector(trusted: Option<TlsContext>, at: Option<At>, patience: Duration) -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(patience * 3 / 5).read_timeout(patience);
    let builder =
        Connector::builder().connector_settings(settings.build()).proxy_config(ProxyConfig::from_env());
    let mut builder = builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    if let Some(trusted) = trusted {
        builder.set_tls_context(trusted);
    }
    SharedHttpConnector::new(match at {
        Some(at) => builder.build_with_resolver(at),
        None => builder.build(),
    })
}

fn has_proxy() -> bool {
    let names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    names.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Leads every name to these addresses.
#[derive(Clone, Debug)]
struct At(Vec<IpAddr>);

impl ResolveDns for At {
    fn resolve_dns<'a>(&'a self, _: &'a str) -> DnsFuture<'a> {
        DnsFuture::ready(Ok(self.0.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_http_client::tls::TrustStore;
    use rcgen::{Issuer, KeyPair};
    use rustls::ServerConfig;
    use rustls::pki_types::PrivateKeyDer;
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    const NAME: &str = "images.example.com";
    const PATIENCE: Duration = Duration::from_secs(5);

    /// A site of this name with a certificate of an authority of its own; gives its URL and whom to trust.
    async fn site(status: &'static str) -> (String, TlsContext) {
        let key = KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority = parameters.self_signed(&key).unwrap();
        let issuer = Issuer::new(parameters, key);
        let key = KeyPair::generate().unwrap();
        let own =
            rcgen::CertificateParams::new(vec![NAME.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![own.der().clone()], key).unwrap();
        let (acceptor, listener) =
            (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Whoever does not trust it breaks off.
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.unwrap();
                let host = format!("host: {NAME}:{port}");
                assert!(String::from_utf8_lossy(&request[..read]).to_lowercase().contains(&host));
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        let store = TrustStore::empty().with_pem_certificate(authority.pem().into_bytes());
        let trusted = TlsContext::builder().with_trust_store(store).build().unwrap();
        (format!("https://{NAME}:{port}/"), trusted)
    }

    #[tokio::test]
    async fn a_site_is_asked_by_its_own_name_where_another_name_leads() {
        for (status, expected) in [("200 OK", 200), ("503 Service Unavailable", 503)] {
            let (url, trusted) = site(status).await;
            let reached = trusting(Some(trusted), &url, "localhost", PATIENCE).await.unwrap();
            assert_eq!(reached, Reached::Answered(expected));
        }
    }

    #[tokio::test]
    async fn a_certificate_that_is_not_trusted_or_for_another_name_is_said() {
        let (url, trusted) = site("200 OK").await;
        for (trusted, url) in [(None, url.clone()), (Some(trusted), url.replace(NAME, "other.example"))] {
            let reached = trusting(trusted, &url, "localhost", PATIENCE).await.unwrap();
            let Reached::Unreachable(why) = reached else { panic!("{url}: {reached:?}") };
            assert!(why.contains("certificate"), "{why}");
        }
    }

    #[tokio::test]
    async fn where_nobody_listens_or_nothing_is_known_is_told_apart() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{NAME}:{}/", listener.local_addr().unwrap().port());
        drop(listener);
        let refused = ask(&url, "localhost", PATIENCE).await.unwrap();
        assert!(matches!(refused, Reached::Unreachable(_)), "{refused:?}");
        let unknown = ask(&url, "balancer.invalid", PATIENCE).await.unwrap();
        assert!(matches!(unknown, Reached::Unresolved(_)), "{unknown:?}");
    }
}
