//! The configuration of every client: `aws-config`'s chain, over our gate.

use crate::profile::Profile;
use crate::transport::Transport;
use crate::{gate, this_machine, timeouts, trust};
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use infra_engine::Failure;
use std::sync::Arc;
use std::time::Duration;

/// How often a call is tried: an account that is throttled needs patience.
const MOST_ATTEMPTS: u32 = 6;

/// The standard configuration: `aws-config`'s chain, with the region given on the command line first. `is_local` says that a
/// local AWS is meant; calls go by this transport, and their answers have so long to begin.
///
/// # Errors
/// When the profile that is named is not there, its certificates can't be read, no region is configured, or a local AWS is meant
/// and another one would be asked.
pub async fn load(
    region: Option<String>,
    is_local: bool,
    transport: Arc<dyn Transport>,
    answers_within: Duration,
) -> Result<SdkConfig, Failure> {
    let profile = Profile::load().await.use_it();
    profile.must_be_there()?;
    let trusted = trust::of_bundle(profile.property(trust::PROPERTY))?;
    // Not `adaptive`: that holds a whole service back to a call in two seconds.
    let retries = RetryConfig::standard().with_max_attempts(MOST_ATTEMPTS);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(gate::client(is_local, trusted, transport))
        .retry_config(retries)
        .timeout_config(timeouts::answers_within(answers_within));
    if let Some(region) = region {
        loader = loader.region(aws_config::Region::new(region));
    }
    let config = loader.load().await;
    if is_local {
        this_machine::require(&config)?;
    }
    match config.region() {
        Some(_) => Ok(config),
        None => Err(Failure::new(profile.without_region()).hint(
            "give --region, set AWS_REGION or the profile's region, or use --local to deploy to this machine",
        )),
    }
}

/// The region of a configuration.
pub fn region(config: &SdkConfig) -> String {
    config.region().map(ToString::to_string).unwrap_or_default()
}
