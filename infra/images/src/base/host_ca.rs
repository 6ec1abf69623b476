//! Certificate authorities that only this machine knows, as behind a company's proxy: build stages need them
//! to reach the package registries, final images never get them.

use std::path::{Path, PathBuf};

use crate::docker::OnLine;
use crate::error::ImageError;
use crate::names;

const DOCKERFILE: &str = include_str!("../../dockerfiles/host-ca.Dockerfile");
/// The variables by which programs know another bundle, the most general first.
const VARIABLES: &[&str] =
    &["SSL_CERT_FILE", "CARGO_HTTP_CAINFO", "CURL_CA_BUNDLE", "PIP_CERT", "REQUESTS_CA_BUNDLE"];
const SYSTEM_BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";
const ADDED_BY_HAND: &str = "/usr/local/share/ca-certificates";

/// The image for build stages: the given one, on top of it this machine's certificate authorities where it has its own.
pub async fn builder_image(base: &str, on_line: OnLine<'_>) -> Result<String, ImageError> {
    let Some(bundle) = bundle()? else { return Ok(base.to_owned()) };
    let image = names::with_host_ca(base);
    let folder = super::build_here::scratch(&image)?;
    super::build_here::write(&image, &folder.path().join("host-ca.crt"), &bundle)?;
    super::build_here::build_here(&image, DOCKERFILE, folder.path(), &[("IMAGE", base)], on_line).await?;
    Ok(image)
}

fn bundle() -> Result<Option<String>, ImageError> {
    let by_variable = VARIABLES
        .iter()
        .find_map(|name| Some((*name, std::env::var_os(name).filter(|value| !value.is_empty())?)));
    let (variable, path) = match by_variable {
        Some((variable, path)) => (variable, PathBuf::from(path)),
        None if has_certificates(Path::new(ADDED_BY_HAND)) => (ADDED_BY_HAND, PathBuf::from(SYSTEM_BUNDLE)),
        None => return Ok(None),
    };
    let unreadable =
        |source| ImageError::CertificateBundle { variable: variable.to_owned(), path: path.clone(), source };
    std::fs::read_to_string(&path).map(Some).map_err(unreadable)
}

fn has_certificates(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .filter_map(Result::ok)
            .any(|entry| entry.path().extension().is_some_and(|extension| extension == "crt"))
    })
}
