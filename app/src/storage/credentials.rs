//! The credentials of calls that the SDK does not sign, asked for again when they end.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use aws_config::SdkConfig;
use aws_sdk_s3::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};

/// As the SDK has it for itself: a call that is signed so long before the end still arrives in time.
const BEFORE_THE_END: Duration = Duration::from_secs(10);

/// As the SDK has it, too: so long are those used that do not say when they end.
const WITHOUT_AN_END: Duration = Duration::from_secs(15 * 60);

/// So long nobody asks again where there were none.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);

/// Where credentials come from, and those that were fetched last.
#[derive(Debug)]
pub struct CachedCredentials {
    provider: SharedCredentialsProvider,
    fetched: Mutex<Option<Fetched>>,
    /// Held by whoever fetches new ones, so that only one does.
    fetching: tokio::sync::Mutex<()>,
}

/// What the provider gave, and when; nothing where it failed.
#[derive(Clone, Debug)]
struct Fetched {
    credentials: Option<Credentials>,
    at: Instant,
}

impl CachedCredentials {
    /// Of this configuration's provider, if it has one.
    pub fn new(sdk: &SdkConfig) -> Option<Self> {
        let provider = sdk.credentials_provider()?;
        Some(Self { provider, fetched: Mutex::default(), fetching: tokio::sync::Mutex::default() })
    }

    /// Credentials that are good for a moment at least; none where the provider has none, of which the SDK says more.
    pub async fn get(&self) -> Option<Credentials> {
        if let Some(fetched) = self.current() {
            return fetched.credentials;
        }
        let _turn = self.fetching.lock().await;
        if let Some(fetched) = self.current() {
            return fetched.credentials;
        }
        let credentials = self.provider.provide_credentials().await.ok();
        let fetched = Fetched { credentials: credentials.clone(), at: Instant::now() };
        *self.fetched.lock().unwrap_or_else(PoisonError::into_inner) = Some(fetched);
        credentials
    }

    /// They were refused: new ones are fetched.
    pub fn forget(&self) {
        *self.fetched.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What holds still.
    fn current(&self) -> Option<Fetched> {
        let fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner).clone();
        fetched.filter(Fetched::holds)
    }
}

impl Fetched {
    fn holds(&self) -> bool {
        match &self.credentials {
            None => self.at.elapsed() < AFTER_A_FAILURE,
            Some(credentials) => match credentials.expiry() {
                None => self.at.elapsed() < WITHOUT_AN_END,
                Some(end) => end > SystemTime::now() + BEFORE_THE_END,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetched(end: Option<SystemTime>) -> Fetched {
        let credentials = Credentials::new("key", "secret", None, end, "test");
        Fetched { credentials: Some(credentials), at: Instant::now() }
    }

    #[test]
    fn credentials_are_used_until_shortly_before_their_end() {
        let ends_in = |seconds| Some(SystemTime::now() + Duration::from_secs(seconds));
        assert!(fetched(ends_in(60)).holds());
        assert!(!fetched(ends_in(5)).holds());
        assert!(fetched(None).holds());
    }

    #[tokio::test]
    async fn a_failure_is_not_repeated_for_a_moment_and_a_refusal_fetches_anew() {
        let provider = SharedCredentialsProvider::new(Credentials::new("key", "secret", None, None, "test"));
        let cached =
            CachedCredentials::new(&SdkConfig::builder().credentials_provider(provider).build()).unwrap();
        *cached.fetched.lock().unwrap() = Some(Fetched { credentials: None, at: Instant::now() });
        assert!(cached.get().await.is_none());
        cached.forget();
        assert!(cached.get().await.is_some());
    }
}
