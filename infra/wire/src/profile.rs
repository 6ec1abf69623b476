//! The profile of the AWS configuration files that a run uses: for what the SDK does not read there, and for messages.

use aws_config::profile::{Profile as Section, ProfileSet, load};
use aws_types::os_shim_internal::{Env, Fs};
use infra_engine::Failure;
use infra_engine::failure::in_one_line;
use std::sync::OnceLock;

/// The variable that names a profile.
const VARIABLE: &str = "AWS_PROFILE";
/// Keys in these two go before those of a profile.
const KEYS: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
/// A profile takes its credentials from another one's by this property.
const SOURCE: &str = "source_profile";
/// What a profile has in which nobody can type a code.
const MFA_SERIAL: &str = "mfa_serial";

static IN_USE: OnceLock<Profile> = OnceLock::new();

/// The profile that a run uses, with those that it refers to.
#[derive(Debug)]
pub struct Profile {
    /// Its name.
    pub(crate) name: String,
    /// Whether a variable names it.
    is_named: bool,
    /// Whether keys in the environment go before it.
    pub(crate) is_overridden: bool,
    /// All that the files say, or why they can't be read.
    files: Result<ProfileSet, String>,
}

impl Profile {
    /// Reads the configuration files.
    pub async fn load() -> Self {
        let is_set = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
        let named = std::env::var(VARIABLE).ok().filter(|name| !name.is_empty());
        let files = load(&Fs::real(), &Env::real(), &Default::default(), None).await;
        Self {
            name: named.clone().unwrap_or_else(|| "default".to_owned()),
            is_named: named.is_some(),
            is_overridden: KEYS.into_iter().all(is_set),
            files: files.map_err(|error| in_one_line(&error)),
        }
    }

    /// Refuses a profile that is named and not there: the SDK would take other credentials, such as the machine's own.
    ///
    /// # Errors
    /// When there is no such profile, with those that there are.
    pub fn must_be_there(&self) -> Result<(), Failure> {
        if !self.is_named || self.is_overridden || self.section().is_some() {
            return Ok(());
        }
        let files = "~/.aws/config or ~/.aws/credentials (AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name others)";
        let profiles = match &self.files {
            Err(error) => {
                return Err(Failure::new(format!("the AWS configuration can't be read: {error}"))
                    .hint(format!("correct {files}")));
            }
            Ok(files) => files.profiles().collect::<Vec<_>>(),
        };
        let there_are = match profiles.as_slice() {
            [] => "there are none".to_owned(),
            names => format!("there are: {}", sorted(names).join(", ")),
        };
        Err(Failure::new(format!("there is no profile `{}` in {files}; {there_are}", self.name))
            .hint("correct AWS_PROFILE, or make the profile by `aws configure --profile NAME`"))
    }

    /// What no region was found in, for a message.
    pub fn without_region(&self) -> String {
        match self.section() {
            Some(_) => format!("no AWS region is configured: profile `{}` has none", self.name),
            None => "no AWS region is configured".to_owned(),
        }
    }

    /// What the profile says of something, such as `ca_bundle`.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.section()?.get(name)
    }

    /// Keeps it for [`in_use`].
    pub fn use_it(self) -> &'static Self {
        IN_USE.get_or_init(|| self)
    }

    fn section(&self) -> Option<&Section> {
        self.files.as_ref().ok()?.get_profile(&self.name)
    }

    /// The profile and those that it takes its credentials from, the last one has them.
    pub(crate) fn sections(&self) -> Vec<&Section> {
        let Ok(files) = &self.files else { return Vec::new() };
        let mut sections: Vec<&Section> = self.section().into_iter().collect();
        while let Some(next) = sections.last().and_then(|last| files.get_profile(last.get(SOURCE)?)) {
            // A circle, or one that takes its role with its own keys.
            if sections.iter().any(|seen| seen.name() == next.name()) {
                break;
            }
            sections.push(next);
        }
        sections
    }

    /// The profile in which a device for a second factor is named, and that device.
    pub(crate) fn second_factor(&self) -> Option<(&str, &str)> {
        if self.is_overridden {
            return None;
        }
        self.sections().into_iter().find_map(|section| Some((section.name(), section.get(MFA_SERIAL)?)))
    }
}

/// The profile of this run, once it was read.
pub fn in_use() -> Option<&'static Profile> {
    IN_USE.get()
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests;
