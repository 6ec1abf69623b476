//! A small server that answers every request with 403 and the same body, in plain HTTP or with a certificate of its own.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

const LONGEST_REQUEST: usize = 16 * 1024;

/// The server; it ends when it is dropped.
pub struct AnswersAll {
    /// Its address.
    pub url: String,
    server: JoinHandle<()>,
}

impl Drop for AnswersAll {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl AnswersAll {
    /// One in plain HTTP.
    ///
    /// # Panics
    /// When it can't listen.
    pub async fn plain(body: &'static str) -> Self {
        let (listener, port) = listen().await;
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, body));
            }
        });
        Self { url: format!("http://127.0.0.1:{port}"), server }
    }

    /// One with TLS, and the certificate of the authority that it has its own of, in PEM.
    ///
    /// # Panics
    /// When it can't listen or make certificates.
    pub async fn with_tls(body: &'static str) -> (Self, String) {
        let (configuration, authority) =
            certificates().unwrap_or_else(|error| panic!("no certificate: {error}"));
        let acceptor = TlsAcceptor::from(Arc::new(configuration));
        let (listener, port) = listen().await;
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // A client that does not trust it goes away here.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        answer(stream, body).await;
                    }
                });
            }
        });
        (Self { url: format!("https://localhost:{port}"), server }, authority)
    }
}

async fn listen() -> (TcpListener, u16) {
    let listener =
        TcpListener::bind("127.0.0.1:0").await.unwrap_or_else(|error| panic!("can't listen: {error}"));
    let address = listener.local_addr().unwrap_or_else(|error| panic!("no address: {error}"));
    (listener, address.port())
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, body: &str) {
    let mut request = vec![0; LONGEST_REQUEST];
    let head = format!("HTTP/1.1 403 Forbidden\r\ncontent-type: text/xml\r\ncontent-length: {}", body.len());
    let answer = format!("{head}\r\nconnection: close\r\n\r\n{body}");
    // Small requests come at once; who has gone reads no answer.
    if stream.read(&mut request).await.is_ok() {
        stream.write_all(answer.as_bytes()).await.ok();
        stream.shutdown().await.ok();
    }
}

/// A server's configuration for `localhost`, and the PEM of its authority.
fn certificates() -> anyhow::Result<(ServerConfig, String)> {
    let mut of_authority = CertificateParams::new(Vec::new())?;
    of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(of_authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &authority)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let configuration =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
    let configuration =
        configuration.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key)?;
    Ok((configuration, authority.pem()))
}
