//! Whose certificates are trusted: the system's authorities, or those of a bundle that AWS_CA_BUNDLE or the profile's
//! `ca_bundle` names, as for the AWS CLI. Companies whose proxies look into connections have authorities of their own.

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use infra_engine::Failure;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::{Path, PathBuf};

const VARIABLE: &str = "AWS_CA_BUNDLE";
/// The property of a profile that names a bundle.
pub const PROPERTY: &str = "ca_bundle";
/// Without TLS nobody has to be trusted.
const ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// What a bundle says, where one is named by the variable or, in this order, by the profile.
///
/// # Errors
/// When it can't be read, or has no certificate that can be used.
pub fn of_bundle(in_profile: Option<&str>) -> Result<Option<TlsContext>, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if variable(ENDPOINT).is_some_and(|endpoint| endpoint.starts_with("http://")) {
        return Ok(None);
    }
    let by_variable = variable(VARIABLE).map(|path| (VARIABLE.to_owned(), path));
    let by_profile = in_profile.map(|path| (format!("the profile's {PROPERTY}"), path.to_owned()));
    let Some((named_by, path)) = by_variable.or(by_profile) else { return Ok(None) };
    read(&named_by, &at_home(&path, std::env::home_dir())).map(Some)
}

fn read(named_by: &str, path: &Path) -> Result<TlsContext, Failure> {
    let failure = |why: String| {
        Failure::new(format!("{named_by} names the certificate bundle {}, {why}", path.display()))
            .hint("let it name a file of PEM certificates, or unset it to trust the system's authorities")
    };
    let text = std::fs::read(path).map_err(|error| failure(format!("which can't be read: {error}")))?;
    let mut trusted = TrustStore::empty();
    let mut number = 0;
    // The SDK takes nothing but certificates that can be used, and bundles of whole systems have others among them.
    for certificate in usable(&text) {
        trusted.add_pem_certificate(pem(&certificate));
        number += 1;
    }
    if number == 0 {
        return Err(failure("in which there is no certificate".to_owned()));
    }
    let context = TlsContext::builder().with_trust_store(trusted).build();
    context.map_err(|error| failure(format!("which can't be used: {error}")))
}

fn usable(text: &[u8]) -> impl Iterator<Item = CertificateDer<'static>> {
    let certificates = CertificateDer::pem_slice_iter(text).filter_map(Result::ok).collect::<Vec<_>>();
    certificates.into_iter().filter(|certificate| RootCertStore::empty().add(certificate.clone()).is_ok())
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// A path in a configuration file may begin with `~`, as no shell has seen it.
fn at_home(path: &str, home: Option<PathBuf>) -> PathBuf {
    match (path.strip_prefix("~/"), home) {
        (Some(below), Some(home)) => home.join(below),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_that_is_not_there_or_empty_is_named_with_what_names_it() {
        let missing = read("AWS_CA_BUNDLE", Path::new("/nowhere/ca.pem")).unwrap_err();
        assert!(
            missing.to_string().starts_with("AWS_CA_BUNDLE names the certificate bundle /nowhere/ca.pem"),
            "{missing}"
        );
        let empty = tempfile::NamedTempFile::new().unwrap();
        let refused = read("the profile's ca_bundle", empty.path()).unwrap_err();
        assert!(refused.to_string().contains("there is no certificate"), "{refused}");
    }

    #[test]
    fn what_is_no_certificate_is_passed_over() {
        let text = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n# a comment\n";
        assert_eq!(usable(text).count(), 0);
    }

    #[test]
    fn a_path_may_begin_with_the_home_folder() {
        assert_eq!(at_home("~/ca.pem", Some("/home/a".into())), Path::new("/home/a/ca.pem"));
        assert_eq!(at_home("/ca.pem", Some("/home/a".into())), Path::new("/ca.pem"));
    }
}
