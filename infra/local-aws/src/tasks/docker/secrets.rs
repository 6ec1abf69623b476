//! Secrets of a task, read from Secrets Manager and SSM before its containers start.

use super::life;
use super::running::Stop;
use crate::emulator::{Emulator, EmulatorError};
use infra_ecs::container::Secret;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FAILURE: &str = "ResourceInitializationError: unable to pull secrets or registry auth: \
                       execution resource retrieval failed: ";

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source<'a> {
    /// In Secrets Manager: `ARN:json-key:version-stage:version-id`, the last three may be empty or missing.
    Secret { arn: String, key: Option<&'a str>, stage: Option<&'a str>, version: Option<&'a str> },
    /// In SSM's Parameter Store, by ARN or name.
    Parameter(&'a str),
}

/// The values of secrets by the variables that they are for.
///
/// # Errors
/// One is not there: the task does not start.
pub(super) async fn read(emulator: &Emulator, secrets: &[Secret]) -> Result<BTreeMap<String, String>, Stop> {
    let mut values = BTreeMap::new();
    for secret in secrets {
        let from = secret.value_from.get().map_err(|error| failed(&error.to_string()))?;
        let value = match source(from) {
            source @ Source::Secret { .. } => from_secrets_manager(emulator, &source).await?,
            Source::Parameter(name) => from_ssm(emulator, name).await?,
        };
        values.insert(secret.name.clone(), value);
    }
    Ok(values)
}

/// User and password of a private registry: a secret with both.
///
/// # Errors
/// It is not there, or is something else.
pub(super) async fn registry_login(emulator: &Emulator, secret: &str) -> Result<(String, String), Stop> {
    let source = Source::Secret { arn: secret.to_owned(), key: None, stage: None, version: None };
    let login: Value =
        serde_json::from_str(&from_secrets_manager(emulator, &source).await?).unwrap_or_default();
    let member = |name: &str| login[name].as_str().map(str::to_owned);
    member("username").zip(member("password")).ok_or_else(|| {
        failed(&format!("unable to retrieve secret from asm: secret {secret} has no username and password"))
    })
}

/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html>
fn source(value_from: &str) -> Source<'_> {
    let parts: Vec<_> = value_from.split(':').collect();
    if parts.len() < 7 || parts[0] != "arn" || parts[2] != "secretsmanager" {
        return Source::Parameter(value_from);
    }
    let part = |index: usize| parts.get(index).copied().filter(|part| !part.is_empty());
    Source::Secret { arn: parts[..7].join(":"), key: part(7), stage: part(8), version: part(9) }
}

async fn from_secrets_manager(emulator: &Emulator, source: &Source<'_>) -> Result<String, Stop> {
    let Source::Secret { arn, key, stage, version } = source else { return Ok(String::new()) };
    let mut request = json!({"SecretId": arn});
    for (member, value) in [("VersionStage", stage), ("VersionId", version)] {
        if let Some(value) = value {
            request[member] = json!(value);
        }
    }
    let answer = emulator.json("secretsmanager", "secretsmanager.GetSecretValue", &request).await;
    let answer = answer.map_err(|error| {
        let why = format!("failed to fetch secret {arn} from secrets manager: {}", refusal(&error));
        failed(&format!("unable to retrieve secret from asm: service call has been retried 1 time(s): {why}"))
    })?;
    let text = answer["SecretString"]
        .as_str()
        .ok_or_else(|| failed(&format!("unable to retrieve secret from asm: secret {arn} has no text")))?;
    match key {
        None => Ok(text.to_owned()),
        Some(key) => {
            member(text, key).map_err(|why| failed(&format!("unable to retrieve secret from asm: {why}")))
        }
    }
}

/// A member of a secret that is a JSON object.
fn member(text: &str, key: &str) -> Result<String, String> {
    // The parser's own words would show what it stumbled over: the secret.
    let object: Value = serde_json::from_str(text).map_err(|_| {
        format!("retrieved secret from Secrets Manager is not JSON, but json key {key} is asked for")
    })?;
    match object.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(value) if !value.is_null() => Ok(value.to_string()),
        _ => Err(format!("retrieved secret from Secrets Manager did not contain json key {key}")),
    }
}

async fn from_ssm(emulator: &Emulator, name: &str) -> Result<String, Stop> {
    // The API takes names; of an ARN it is what follows `parameter`, where a path keeps its slash and a plain name has none.
    let named = name.split_once(":parameter").map_or(name, |(_, path)| match path.strip_prefix('/') {
        Some(plain) if !plain.contains('/') => plain,
        _ => path,
    });
    let failed = |why: &str| {
        failed(&format!(
            "unable to retrieve secrets from ssm: service call has been retried 1 time(s): {why}"
        ))
    };
    let request = json!({"Names": [named], "WithDecryption": true});
    let answer = emulator.json("ssm", "AmazonSSM.GetParameters", &request).await;
    let answer = answer.map_err(|error| failed(&refusal(&error)))?;
    let value = answer["Parameters"][0]["Value"].as_str().map(str::to_owned);
    value.ok_or_else(|| failed(&format!("invalid parameters: {named}")))
}

/// A refusal as the agent passes it on.
pub(super) fn refusal(error: &EmulatorError) -> String {
    match error {
        EmulatorError::Refused { code, message } => format!("{code}: {message}"),
        EmulatorError::Silent { .. } => format!("RequestError: send request failed caused by: {error}"),
    }
}

fn failed(why: &str) -> Stop {
    Stop::new(life::FAILED_TO_START, format!("{FAILURE}{why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:db-AbCdEf";

    #[test]
    fn what_follows_a_secrets_arn_selects_a_member_and_a_version() {
        let secret = |key, stage, version| Source::Secret { arn: ARN.to_owned(), key, stage, version };
        assert_eq!(source(ARN), secret(None, None, None));
        assert_eq!(source(&format!("{ARN}:user::")), secret(Some("user"), None, None));
        let all = format!("{ARN}:user:AWSPREVIOUS:0f9d");
        assert_eq!(source(&all), secret(Some("user"), Some("AWSPREVIOUS"), Some("0f9d")));
        assert_eq!(source(&format!("{ARN}::AWSPREVIOUS:")), secret(None, Some("AWSPREVIOUS"), None));
    }

    #[test]
    fn everything_else_is_a_parameter() {
        for name in ["/app/password", "password", "arn:aws:ssm:us-east-1:000000000000:parameter/app/password"]
        {
            assert_eq!(source(name), Source::Parameter(name));
        }
    }

    #[test]
    fn a_member_is_text_or_json() {
        let secret = r#"{"user": "ada", "port": 5432, "gone": null}"#;
        assert_eq!(member(secret, "user").as_deref(), Ok("ada"));
        assert_eq!(member(secret, "port").as_deref(), Ok("5432"));
        for key in ["gone", "other"] {
            let expected = format!("retrieved secret from Secrets Manager did not contain json key {key}");
            assert_eq!(member(secret, key), Err(expected));
        }
    }

    #[test]
    fn what_is_no_json_is_not_shown() {
        let error = member("hunter2", "user").unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
