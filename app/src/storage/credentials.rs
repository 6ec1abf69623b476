//! The credentials of calls that the SDK does not sign, asked for again when they end.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_sdk_s3::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};

use super::StorageError;

/// As the SDK has it for itself: a call that is signed so long before the end still arrives in time.
const BEFORE_THE_END: Duration = Duration::from_secs(10);

/// Where credentials come from, and those that were fetched last.
#[derive(Debug)]
pub struct CachedCredentials {
    provider: SharedCredentialsProvider,
    fetched: Mutex<Option<Credentials>>,
    /// Held by whoever fetches new ones, so that only one does.
    fetching: tokio::sync::Mutex<()>,
}

impl CachedCredentials {
    /// Of this configuration's provider, if it has one.
    pub fn new(sdk: &SdkConfig) -> Option<Self> {
        let provider = sdk.credentials_provider()?;
        Some(Self { provider, fetched: Mutex::default(), fetching: tokio::sync::Mutex::default() })
    }

    /// Credentials that are good for a moment at least.
    ///
    /// # Errors
    /// When there are none.
    pub async fn get(&self) -> Result<Credentials, StorageError> {
        if let Some(credentials) = self.current() {
            return Ok(credentials);
        }
        let _turn = self.fetching.lock().await;
        if let Some(credentials) = self.current() {
            return Ok(credentials);
        }
        let credentials = self.provider.provide_credentials().await;
        let credentials = credentials
            .map_err(|source| StorageError::NoCredentials { action: "sign a call", source: source.into() })?;
        *self.fetched.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials.clone());
        Ok(credentials)
    }

    fn current(&self) -> Option<Credentials> {
        let fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        let soon = SystemTime::now() + BEFORE_THE_END;
        fetched.clone().filter(|credentials| credentials.expiry().is_none_or(|end| end > soon))
    }
}
