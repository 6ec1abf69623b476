//! The names of all images on this machine. Pulled and built images end in the same names.

/// The release of MiniStack, which is behind the local AWS.
pub const MINISTACK_VERSION: &str = "1.5.33";
/// The release of LocalStack: the last one that runs without an account.
pub const LOCALSTACK_VERSION: &str = "4.14.0";
/// The release of moto.
pub const MOTO_VERSION: &str = "5.2.5";

/// What both apps run on.
pub const DEBIAN: &str = "debian:trixie-slim";
/// What is behind the local AWS.
pub const MINISTACK: &str = "ministackorg/ministack:1.5.33";
/// S3 for the apps' tests.
pub const LOCALSTACK: &str = "localstack/localstack:4.14.0";
/// A wide control plane without containers.
pub const MOTO: &str = "motoserver/moto:5.2.5";

/// What all images built from this repository are named under, before they get a registry's name.
pub const LOCAL_PREFIX: &str = "image-app/";

/// The image that compiles Rust, for a compiler's version.
pub fn rust(version: &str) -> String {
    format!("rust:{version}-slim-trixie")
}

/// The name of an app's image on this machine.
pub fn app(name: &str, tag: &str) -> String {
    format!("{LOCAL_PREFIX}{name}:{tag}")
}

/// The name of a base image that also trusts this machine's certificate authorities; for build stages only.
pub fn with_host_ca(base: &str) -> String {
    let (name, tag) = base.rsplit_once(':').unwrap_or((base, "latest"));
    format!("{LOCAL_PREFIX}{name}-host-ca:{tag}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_the_pinned_versions() {
        assert!(MINISTACK.ends_with(MINISTACK_VERSION));
        assert!(LOCALSTACK.ends_with(LOCALSTACK_VERSION));
        assert!(MOTO.ends_with(MOTO_VERSION));
    }

    #[test]
    fn an_overlay_keeps_the_tag_of_its_base() {
        assert_eq!(with_host_ca("rust:1.95.0-slim-trixie"), "image-app/rust-host-ca:1.95.0-slim-trixie");
    }
}
