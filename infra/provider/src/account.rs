//! Whose account it is: what the credentials say of it, or AWS said the last time, and what AWS says now.

mod remembered;

use crate::explain::{Explain, problem_of};
use crate::profile;
use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use infra_engine::Failure;
use remembered::Place;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// The account that the credentials belong to.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its number.
    pub id: String,
    sts: aws_sdk_sts::Client,
    said_by: SaidBy,
    /// Filled when AWS has said it in this run.
    confirmed: Arc<OnceCell<()>>,
}

/// Who says which account it is.
#[derive(Clone, Debug)]
enum SaidBy {
    Credentials,
    /// AWS: in this run, or in an earlier one that wrote it down in that place.
    Aws(Option<Place>),
}

/// A key is another account's than in an earlier run, as happens with emulators. It is known now, and nothing was told or
/// written yet: the command can begin again.
#[derive(Debug, thiserror::Error)]
#[error("the key was of account {before} in an earlier run, and is of {now}")]
pub struct AnotherAccount {
    before: String,
    now: String,
}

impl Account {
    /// What the credentials say of their account, so that reading can begin at once: those of SSO, of an assumed role and of
    /// a profile with `aws_account_id` do. Of a long-lived key it is what AWS said the last time. Otherwise AWS is asked.
    ///
    /// # Errors
    /// When there are no credentials, or they are not accepted.
    pub async fn of_credentials(config: &SdkConfig, workspace: &Path) -> Result<(Self, SdkConfig), Failure> {
        let (credentials, config) = fetched(config).await?;
        let sts = aws_sdk_sts::Client::new(&config);
        let said = credentials.as_ref().and_then(Credentials::account_id);
        let place = credentials.as_ref().and_then(|it| Place::of(workspace, it, &config));
        let (id, said_by, confirmed) = match (said, place.as_ref().and_then(Place::read)) {
            (Some(said), _) => (said.as_str().to_owned(), SaidBy::Credentials, None),
            (None, Some(remembered)) => (remembered, SaidBy::Aws(place), None),
            (None, None) => {
                let (id, said_by) = (ask(&sts).await?, SaidBy::Aws(place));
                said_by.remember(&id)?;
                (id, said_by, Some(()))
            }
        };
        Ok((Self { id, sts, said_by, confirmed: Arc::new(OnceCell::new_with(confirmed)) }, config))
    }

    /// Makes sure of it, if AWS has not been asked in this run. To be done before anything is told or written.
    ///
    /// # Errors
    /// When the credentials are not accepted, or are another account's than they say; [`AnotherAccount`] if it was remembered.
    pub async fn confirm(&self) -> Result<(), Failure> {
        let confirmed = self.confirmed.get_or_try_init(async || {
            let now = ask(&self.sts).await?;
            if now == self.id {
                return Ok(());
            }
            self.said_by.remember(&now)?;
            Err(self.said_by.was_wrong(&self.id, now))
        });
        confirmed.await.copied()
    }
}

impl SaidBy {
    fn remember(&self, id: &str) -> Result<(), Failure> {
        let Self::Aws(Some(place)) = self else { return Ok(()) };
        place.write(id).map_err(|error| Failure::caused_by("cannot write to target/accounts", error))
    }

    fn was_wrong(&self, before: &str, now: String) -> Failure {
        match self {
            Self::Credentials => Failure::new(format!(
                "the credentials say that they are of account {before}, AWS says of {now}"
            ))
            .hint("set AWS_ACCOUNT_ID, or the profile's aws_account_id, right or not at all"),
            Self::Aws(_) => {
                let another = AnotherAccount { before: before.to_owned(), now };
                Failure::caused_by("the account is another one than before", another)
                    .hint("run the same command again: nothing was changed")
            }
        }
    }
}

async fn ask(sts: &aws_sdk_sts::Client) -> Result<String, Failure> {
    match sts.get_caller_identity().send().await {
        Ok(identity) => {
            let id = identity.account().map(str::to_owned);
            id.ok_or_else(|| Failure::new("AWS does not say whose account the credentials are of"))
        }
        Err(error) if problem_of(&error).is_about_credentials() => {
            Err(profile::no_credentials(profile::in_use(), error))
        }
        Err(error) => Err(error).explain("ask AWS whose credentials these are"),
    }
}

/// The credentials, and a configuration that need not fetch them again.
async fn fetched(config: &SdkConfig) -> Result<(Option<Credentials>, SdkConfig), Failure> {
    let Some(provider) = config.credentials_provider() else { return Ok((None, config.clone())) };
    let credentials = provider.provide_credentials().await;
    let credentials = credentials.map_err(|error| profile::no_credentials(profile::in_use(), error))?;
    let first = Fetched { first: Mutex::new(Some(credentials.clone())), provider };
    let config = config.to_builder().credentials_provider(SharedCredentialsProvider::new(first)).build();
    Ok((Some(credentials), config))
}

/// Gives what was fetched already, and then what the provider has: credentials end while a long deploy runs.
#[derive(Debug)]
struct Fetched {
    first: Mutex<Option<Credentials>>,
    provider: SharedCredentialsProvider,
}

impl Fetched {
    async fn next(&self) -> provider::Result {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        match first {
            Some(credentials) => Ok(credentials),
            None => self.provider.provide_credentials().await,
        }
    }
}

impl ProvideCredentials for Fetched {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.next())
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.provider.fallback_on_interrupt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Counts how often it is asked.
    #[derive(Clone, Debug, Default)]
    struct Counted(Arc<AtomicUsize>);

    impl ProvideCredentials for Counted {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            let credentials = Credentials::new(format!("key {number}"), "secret", None, None, "test");
            future::ProvideCredentials::ready(Ok(credentials))
        }
    }

    #[tokio::test]
    async fn credentials_are_fetched_once_and_again_when_they_end() {
        let counted = Counted::default();
        let provider = SharedCredentialsProvider::new(counted.clone());
        let config = SdkConfig::builder().credentials_provider(provider).build();
        let (credentials, config) = fetched(&config).await.unwrap();
        assert_eq!(credentials.unwrap().access_key_id(), "key 0");
        let provider = config.credentials_provider().unwrap();
        for key in ["key 0", "key 1"] {
            assert_eq!(provider.provide_credentials().await.unwrap().access_key_id(), key);
        }
        assert_eq!(counted.0.load(Ordering::Relaxed), 2);
    }
}
