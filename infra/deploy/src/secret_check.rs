//! Whether the secrets that tasks are given are there, and encrypted with the keys that the execution role may use. Their values are
//! never asked for.

use crate::judgement::{CheckResult, Judgement};
use crate::session::Session;
use futures::future::join_all;
use infra::settings::SecretSetting;
use infra_aws::kms::{self, Kms};
use infra_aws::secret::{self, SecretMetadata};
use infra_aws::{Aws, live_service};
use infra_engine::Failure;
use infra_resources::SecretSource;

/// Looks at the secrets of the settings. What could not be looked at becomes a note; what would keep tasks from starting is
/// given back, to be refused before the first write.
pub async fn refused(session: &mut Session) -> Option<Failure> {
    let apps = session.settings.apps.iter();
    let all = apps.flat_map(|(spec, app)| app.secrets.iter().map(|secret| (spec.name, secret)));
    let aws = &session.aws;
    let judged = join_all(all.map(async |(app, secret)| {
        (format!("secret {} of {app}", secret.name), of_setting(aws, secret).await)
    }));
    let (mut wrong, mut notes, mut hint) = (Vec::new(), Vec::new(), None);
    for (which, Judgement { result, what, next }) in judged.await {
        match result {
            CheckResult::Ok => {}
            CheckResult::Unknown => {
                let next = next.map(|next| format!("; {next}")).unwrap_or_default();
                notes.push(format!("{which}: {what}{next}"));
            }
            CheckResult::Failed => {
                wrong.push(format!("{which}: {what}"));
                hint = hint.or(next);
            }
        }
    }
    session.notes.extend(notes);
    (!wrong.is_empty()).then(|| {
        let failure = Failure::new(format!("{}; tasks could not start", wrong.join("; ")));
        hint.into_iter().fold(failure, Failure::hint)
    })
}

async fn of_setting(aws: &Aws, setting: &SecretSetting) -> Judgement {
    let (there, found) = look(aws, &setting.from).await;
    let Some((source, secret)) = found else { return there };
    let reported = secret.kms_key.as_deref();
    let key = encrypted_with(aws, source.region(), setting.kms_key.as_deref(), reported).await;
    Judgement::all([there, key], "")
}

/// Whether a secret is there to be read, and what it is like where it could be looked at.
pub async fn look(aws: &Aws, value_from: &str) -> (Judgement, Option<(SecretSource, SecretMetadata)>) {
    let Some(source) = SecretSource::read(value_from, &aws.region, &aws.account.id) else {
        let unread = Judgement::unknown(format!("{value_from} is neither a secret's ARN nor a parameter's"));
        return (unread, None);
    };
    let is_others = matches!(source, SecretSource::Parameter { .. }) && source.account() != aws.account.id;
    if is_others {
        let what = format!("{value_from} is of another account, and SSM describes only those of one's own");
        return (Judgement::unknown(what), None);
    }
    match secret::look_at(aws, &source).await {
        Err(failure) => (Judgement::from(&failure), None),
        Ok(None) => {
            let next = "create it in that region, or correct where it is said to be";
            (Judgement::failed(format!("{value_from} is not there"), next), None)
        }
        Ok(Some(secret)) => (readable(&source, &secret), Some((source, secret))),
    }
}

fn readable(source: &SecretSource, secret: &SecretMetadata) -> Judgement {
    let name = live_service::last_part(source.arn());
    if let Some(why) = &secret.unreadable {
        return Judgement::failed(
            format!("{name} can't be read: {why}"),
            "give it a value that tasks can read",
        );
    }
    // One that ends as if it were whole is allowed as it is.
    let is_whole = source.resource() == source.arn();
    if matches!(source, SecretSource::Secret { .. }) && is_whole && secret.arn != source.arn() {
        let what =
            format!("{} is not its whole ARN, which the role may read, but {}", source.arn(), secret.arn);
        return Judgement::failed(what, "give the whole ARN, with the six characters at its end");
    }
    Judgement::ok(format!("{name} is there"))
}

/// Whether the key that is said to encrypt a secret does so. The execution role may use that one alone.
async fn encrypted_with(aws: &Aws, region: &str, said: Option<&str>, reported: Option<&str>) -> Judgement {
    match (said, reported) {
        (None, None) => Judgement::ok("no key of one's own encrypts it"),
        (None, Some(key)) => Judgement::failed(
            format!("the key {key} encrypts it, which the execution role may not use"),
            "name it as the secret's `kms_key`",
        ),
        (Some(said), None) => Judgement::unknown(format!("a key of AWS's own encrypts it, not {said}"))
            .next("leave out its `kms_key`"),
        (Some(said), Some(key)) => {
            let client = aws.client::<Kms>();
            match tokio::try_join!(kms::key(aws, said), client.describe_key(region, key)) {
                Ok((Some(one), Some(other))) if one.arn == other.arn => Judgement::ok("its key encrypts it"),
                Ok((Some(_), Some(_))) => Judgement::failed(
                    format!("the key {key} encrypts it, not {said}"),
                    "name that key as the secret's `kms_key`",
                ),
                Ok(_) => Judgement::failed(
                    format!("the key {key} that encrypts it, or {said}, is not there"),
                    "encrypt it with a key that is there",
                ),
                Err(failure) => Judgement::from(&failure),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_readable_where_it_has_a_value_and_the_role_names_it_wholly() {
        let arn = |name: &str| format!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}");
        let source = |name: &str| SecretSource::read(&arn(name), "eu-west-1", "123456789012").unwrap();
        let secret = |unreadable: Option<&str>| SecretMetadata {
            arn: arn("db-passwd-AbCdEf"),
            unreadable: unreadable.map(str::to_owned),
            ..SecretMetadata::default()
        };
        for (given, found, result) in [
            ("db-passwd-AbCdEf", secret(None), CheckResult::Ok),
            // It looks whole, and is not.
            ("db-passwd", secret(None), CheckResult::Failed),
            ("db-passwd-AbCdEf", secret(Some("it has no value yet")), CheckResult::Failed),
        ] {
            let judged = readable(&source(given), &found);
            assert_eq!(judged.result, result, "{given}: {judged:?}");
        }
        let short = SecretMetadata { arn: arn("token-AbCdEf"), ..SecretMetadata::default() };
        assert_eq!(readable(&source("token"), &short).result, CheckResult::Ok);
    }
}
