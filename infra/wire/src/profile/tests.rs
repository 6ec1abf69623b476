//! What is said of profiles, from configuration files as people have them.

use super::*;
use crate::sign_in::no_credentials;
use infra_engine::Failure;

async fn profile(name: &str, config: &str) -> Profile {
    let variables = Env::from_slice(&[("AWS_CONFIG_FILE", "/config"), ("HOME", "/home/a")]);
    let files = load(&Fs::from_slice(&[("/config", config)]), &variables, &Default::default(), None).await;
    let files = files.map_err(|error| in_one_line(&error));
    Profile { name: name.to_owned(), is_named: name != "default", is_overridden: false, files }
}

fn hint(failure: &Failure) -> &str {
    failure.what_to_do().unwrap()
}

async fn hint_for(name: &str, config: &str, error: &str) -> String {
    let profile = profile(name, config).await;
    hint(&no_credentials(Some(&profile), std::io::Error::other(error.to_owned()))).to_owned()
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_refused_with_those_that_are() {
    let config = "[profile work]\nregion = eu-west-1\n[default]\nregion = us-east-1\n";
    let refused = profile("wrok", config).await.must_be_there().unwrap_err();
    assert!(refused.to_string().contains("no profile `wrok`"), "{refused}");
    assert!(refused.to_string().contains("there are: default, work"), "{refused}");
    assert!(profile("work", config).await.must_be_there().is_ok());
    // The default one need not be there, and keys in the environment need no profile.
    assert!(profile("default", "").await.must_be_there().is_ok());
    let overridden = Profile { is_overridden: true, ..profile("wrok", config).await };
    assert!(overridden.must_be_there().is_ok());
}

#[tokio::test]
async fn files_that_can_not_be_read_say_where() {
    let refused = profile("work", "[profile work\n").await.must_be_there().unwrap_err();
    assert!(refused.to_string().contains("can't be read"), "{refused}");
}

#[tokio::test]
async fn of_a_profile_with_a_second_factor_the_ways_out_are_named() {
    let config = "[profile admin]\nrole_arn = arn:aws:iam::1:role/admin\nsource_profile = me\n\
                  mfa_serial = arn:aws:iam::1:mfa/me\n[profile me]\naws_access_key_id = a\naws_secret_access_key = b\n";
    let hint = hint_for("admin", config, "service error: AccessDenied").await;
    let ways = [
        "mfa_serial",
        "aws login",
        "aws sso login",
        "export-credentials --profile admin",
        "credential_process",
    ];
    for way in ways.into_iter().chain(["get-session-token --serial-number arn:aws:iam::1:mfa/me"]) {
        assert!(hint.contains(way), "{way} is not in: {hint}");
    }
}

#[tokio::test]
async fn a_second_factor_in_the_source_profile_counts_too() {
    let config = "[profile admin]\nrole_arn = arn:aws:iam::1:role/admin\nsource_profile = me\n\
                  [profile me]\nmfa_serial = d\naws_access_key_id = a\naws_secret_access_key = b\n";
    assert!(hint_for("admin", config, "AccessDenied").await.contains("profile `me` asks for a code"));
}

#[tokio::test]
async fn each_kind_of_profile_is_renewed_in_its_own_way() {
    let cases = [
        ("login_session = arn:aws:iam::1:user/me", "aws login --profile work"),
        ("sso_session = s\nsso_account_id = 1\nsso_role_name = r", "aws sso login --profile work"),
        ("sso_start_url = https://x\nsso_region = us-east-1", "aws sso login --profile work"),
        ("credential_process = /opt/keys", "credential_process of profile `work`"),
        ("role_arn = r\nweb_identity_token_file = /t", "web_identity_token_file of profile `work`"),
        ("aws_access_key_id = a\naws_secret_access_key = b", "aws configure --profile work"),
        ("region = eu-west-1", "aws sso login"),
    ];
    for (properties, expected) in cases {
        let hint = hint_for("work", &format!("[profile work]\n{properties}\n"), "expired").await;
        assert!(hint.contains(expected), "{properties}: {hint}");
    }
}

#[tokio::test]
async fn the_profile_that_has_the_credentials_is_the_one_to_renew() {
    let config = "[profile admin]\nrole_arn = r\nsource_profile = me\n[profile me]\nlogin_session = arn\n";
    assert!(hint_for("admin", config, "expired").await.contains("aws login --profile me"));
    let circle =
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a\n";
    hint_for("a", circle, "loop").await;
}

#[tokio::test]
async fn a_network_that_fails_is_no_reason_to_sign_in() {
    let config = "[profile work]\nsso_start_url = https://x\n";
    let hint = hint_for("work", config, "dispatch failure: io error: dns error").await;
    assert!(hint.contains("HTTPS_PROXY") && hint.contains("AWS_CA_BUNDLE"), "{hint}");
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_no_reason_to_sign_in() {
    let error =
        "SignatureDoesNotMatch: Signature expired: 20261130T024000Z is now earlier than 20261130T030000Z";
    assert!(hint_for("work", "[profile work]\naws_access_key_id = a\n", error).await.contains("clock"));
}

#[tokio::test]
async fn keys_in_the_environment_are_what_is_to_be_renewed() {
    let config = "[default]\nsso_start_url = https://x\nmfa_serial = d\n";
    let overridden = Profile { is_overridden: true, ..profile("default", config).await };
    let failure = no_credentials(Some(&overridden), std::io::Error::other("ExpiredToken"));
    assert!(hint(&failure).contains("AWS_SESSION_TOKEN"), "{}", hint(&failure));
}
