//! `--local` means this machine: without a local AWS behind it nothing is called, and no call goes anywhere else.

use aws_config::SdkConfig;
use infra_engine::Failure;
use reqwest::Url;
use std::net::IpAddr;

/// Why a call is not made that would leave this machine although `--local` was given.
pub const ELSEWHERE: &str = "--local was given, and this call would leave this machine";

/// Makes sure that the endpoint for all services is one of this machine: only what stands in for AWS is asked without TLS.
///
/// # Errors
/// When no endpoint is configured, which means AWS, or when it is another machine's.
pub fn require(config: &SdkConfig) -> Result<(), Failure> {
    let problem = match config.endpoint_url() {
        Some(endpoint) if is_plain_and_here(endpoint) => return Ok(()),
        Some(endpoint) => format!("the endpoint {endpoint} is not a plain http address of this machine"),
        None => "no endpoint is configured, so AWS itself would be asked".to_owned(),
    };
    Err(Failure::new(format!("--local was given, but {problem}: nothing was called")).hint(
        "use `cargo xtask`, which knows where the local AWS is, or set AWS_ENDPOINT_URL to its address, such as \
         http://127.0.0.1:4566; without --local the command works on AWS",
    ))
}

fn is_plain_and_here(endpoint: &str) -> bool {
    endpoint.starts_with("http://") && is_here(endpoint)
}

/// Whether a URL leads to this machine, whatever names the network knows.
pub fn is_here(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    match address {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

/// Whether the proxy of plain http, if there is one, is on this machine.
pub fn has_its_proxy() -> bool {
    let proxies = ["HTTP_PROXY", "http_proxy"].into_iter().filter_map(|name| std::env::var(name).ok());
    proxies.filter(|proxy| !proxy.is_empty()).all(|proxy| is_here(&proxy))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(endpoint: Option<&str>) -> Option<String> {
        let mut config = SdkConfig::builder();
        config.set_endpoint_url(endpoint.map(str::to_owned));
        require(&config.build()).err().map(|failure| failure.to_string())
    }

    #[test]
    fn a_local_aws_has_a_plain_address_of_this_machine() {
        for endpoint in [
            "http://127.0.0.1:4566",
            "http://127.8.0.1:4566/",
            "http://localhost:4566",
            "http://s3.localhost:4566",
            "http://[::1]:4566",
            "http://[::ffff:127.0.0.1]:4566",
        ] {
            assert_eq!(refused(Some(endpoint)), None, "{endpoint}");
        }
    }

    #[test]
    fn what_may_be_aws_is_not_taken_for_a_local_one() {
        assert!(refused(None).unwrap().contains("no endpoint is configured"));
        for endpoint in [
            "https://127.0.0.1:4566",
            "http://10.0.0.7:4566",
            "http://169.254.169.254",
            "http://s3.us-east-1.amazonaws.com",
            "http://127.0.0.1.nip.io:4566",
            "http://localhost.example.com",
            "http://localhost@example.com",
            "https://vpce-1.ecs.us-east-1.vpce.amazonaws.com",
            "127.0.0.1:4566",
            "",
        ] {
            let refusal = refused(Some(endpoint)).unwrap_or_default();
            assert!(refusal.contains("not a plain http address of this machine"), "{endpoint}: {refusal}");
        }
    }
}
