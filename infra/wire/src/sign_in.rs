//! What to do where there are no credentials that work: how the profile's own are renewed.

use crate::profile::Profile;
use infra_engine::Failure;
use infra_engine::failure::in_one_line;
use std::error::Error;

/// What can be done without any profile.
const ANY_WAY: &str = "run `aws configure`, `aws login` or `aws sso login`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and \
                       AWS_SECRET_ACCESS_KEY; to deploy to this machine instead of AWS use --local";
/// What only a look at the network helps against.
const NETWORK: &str = "the network that leads there failed: check it, HTTPS_PROXY and NO_PROXY, and AWS_CA_BUNDLE where a \
                       company's proxy has certificates of its own";

/// Why there are no credentials, and what to do about it.
pub fn no_credentials(profile: Option<&Profile>, error: impl Error + Send + Sync + 'static) -> Failure {
    let hint = sign_in_again(profile, &in_one_line(&error));
    Failure::caused_by("there are no AWS credentials that work", error).hint(hint)
}

/// What to do about credentials that are not there or not accepted, as the error says.
pub fn sign_in_again(profile: Option<&Profile>, text: &str) -> String {
    if says_network(text) {
        return NETWORK.to_owned();
    }
    if ["Signature expired", "Signature not yet current", "RequestTimeTooSkewed"]
        .iter()
        .any(|it| text.contains(it))
    {
        return "this machine's clock is wrong: set it, for AWS takes signatures for some minutes only"
            .to_owned();
    }
    let Some(profile) = profile else { return ANY_WAY.to_owned() };
    if profile.is_overridden {
        return "renew the keys in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN (those with a session token \
                end after some hours), or unset them so that a profile counts"
            .to_owned();
    }
    if let Some(way_out) = profile.way_out_of_mfa() {
        return way_out;
    }
    let Some(base) = profile.sections().last().copied() else { return ANY_WAY.to_owned() };
    let (name, has) = (base.name(), |property: &str| base.get(property).is_some());
    if has("login_session") {
        format!("sign in again: `aws login --profile {name}`")
    } else if has("sso_session") || has("sso_start_url") {
        format!("sign in again: `aws sso login --profile {name}`")
    } else if has("credential_process") {
        format!("run the credential_process of profile `{name}` by hand to see why it gives no keys")
    } else if has("web_identity_token_file") {
        format!("look at the role_arn and the web_identity_token_file of profile `{name}`")
    } else if has("aws_access_key_id") {
        format!("renew the keys of profile `{name}`: `aws configure --profile {name}`")
    } else {
        ANY_WAY.to_owned()
    }
}

/// Whether it was the network rather than the credentials. Without any credentials, a machine that has none is asked last,
/// and does not answer: that is no fault of the network.
fn says_network(text: &str) -> bool {
    let broken = ["dispatch failure", "client error (Connect)", "dns error", "invalid peer certificate"];
    !text.contains("no providers in chain") && broken.iter().any(|words| text.contains(words))
}

impl Profile {
    /// How to get keys of a profile that asks for a code. Nobody can type one in here.
    pub fn way_out_of_mfa(&self) -> Option<String> {
        let (profile, device) = self.second_factor()?;
        let name = &self.name;
        Some(format!(
            "profile `{profile}` asks for a code of a second factor (mfa_serial), and nobody can type it in here. Sign in by \
             `aws login` or `aws sso login` instead; or let the AWS CLI ask: \
             `eval \"$(aws configure export-credentials --profile {name} --format env)\"` (as a profile's credential_process \
             with `--format process`); or take keys from `aws sts get-session-token --serial-number {device} --token-code \
             CODE` into AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"
        ))
    }
}
