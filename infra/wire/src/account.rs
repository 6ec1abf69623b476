//! Whose account it is: what the credentials say of it, and what AWS says.

use crate::profile;
use crate::sdk_error::{SdkResult, problem_of};
use crate::sign_in::no_credentials;
use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use infra_engine::Failure;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// The account that the credentials belong to.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its number.
    pub id: String,
    sts: aws_sdk_sts::Client,
    /// Filled when AWS has said it.
    confirmed: Arc<OnceCell<()>>,
}

impl Account {
    /// What the credentials say of their account, so that reading can begin at once: those of SSO, of an assumed role and of
    /// a profile with `aws_account_id` do. Of others, such as a long-lived key, AWS is asked.
    ///
    /// # Errors
    /// When there are no credentials, or they are not accepted.
    pub async fn of_credentials(config: &SdkConfig) -> Result<(Self, SdkConfig), Failure> {
        let (credentials, config) = fetched(config).await?;
        let sts = aws_sdk_sts::Client::new(&config);
        let said = credentials.as_ref().and_then(Credentials::account_id);
        let (id, confirmed) = match said {
            Some(said) => (said.as_str().to_owned(), None),
            None => (ask(&sts).await?, Some(())),
        };
        Ok((Self { id, sts, confirmed: Arc::new(OnceCell::new_with(confirmed)) }, config))
    }

    /// Makes sure of it, if AWS has not been asked yet. To be done before anything is shown or written.
    ///
    /// # Errors
    /// When the credentials are not accepted, or are another account's than they say.
    pub async fn confirm(&self) -> Result<(), Failure> {
        let confirmed = self.confirmed.get_or_try_init(async || {
            let (said, id) = (&self.id, ask(&self.sts).await?);
            if id == *said {
                return Ok(());
            }
            Err(Failure::new(format!(
                "the credentials say that they are of account {said}, AWS says of {id}"
            ))
            .hint("set AWS_ACCOUNT_ID, or the profile's aws_account_id, right or not at all"))
        });
        confirmed.await.copied()
    }
}

async fn ask(sts: &aws_sdk_sts::Client) -> Result<String, Failure> {
    match sts.get_caller_identity().send().await {
        Ok(identity) => {
            let id = identity.account().map(str::to_owned);
            id.ok_or_else(|| Failure::new("AWS does not say whose account the credentials are of"))
        }
        Err(error) if problem_of(&error).is_about_credentials() => {
            Err(no_credentials(profile::in_use(), error))
        }
        Err(error) => Err(error).or_failure("ask AWS whose credentials these are"),
    }
}

/// The credentials, and a configuration that need not fetch them again.
async fn fetched(config: &SdkConfig) -> Result<(Option<Credentials>, SdkConfig), Failure> {
    let Some(provider) = config.credentials_provider() else { return Ok((None, config.clone())) };
    let credentials = provider.provide_credentials().await;
    let credentials = credentials.map_err(|error| no_credentials(profile::in_use(), error))?;
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
