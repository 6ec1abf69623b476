//! What ECS may read for the tasks when they start: exactly the secrets of the settings. No value of one is known here.

use crate::destination::Destination;
use crate::keys::{self, Keys};
use crate::settings::{Settings, Violation};
use infra_resources::{Partition, SecretSource};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What the execution role needs to read the secrets of all apps; nothing where there are none.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html#task-execution-secrets>
pub fn read_policy(settings: &Settings, destination: &Destination, keys: &Keys) -> Option<Value> {
    let mut resources: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for source in sources(settings, destination) {
        resources.entry(source.action()).or_default().insert(source.resource());
    }
    let statement = |(action, resources)| json!({"Effect": "Allow", "Action": action, "Resource": resources});
    let mut statements: Vec<_> = resources.into_iter().map(statement).collect();
    let of_secrets =
        settings.apps.iter().flat_map(|(_, app)| &app.secrets).filter_map(|it| it.kms_key.as_ref());
    let of_secrets: BTreeSet<_> = of_secrets.collect();
    let arns: Vec<_> = of_secrets.into_iter().filter_map(|name| keys.arn(Some(name))).collect();
    if !arns.is_empty() {
        statements.push(keys::allow("DecryptSecrets", &["kms:Decrypt"], &arns));
    }
    (!statements.is_empty()).then(|| json!({"Version": "2012-10-17", "Statement": statements}))
}

/// Secrets that no task of this region can read, as credentials of one partition are worth nothing in another.
pub fn out_of_reach(settings: &Settings, region: &str) -> Vec<Violation> {
    let here = Partition::of_region(region).id();
    let mut found = Vec::new();
    for (spec, app) in settings.apps.iter() {
        for (index, secret) in app.secrets.iter().enumerate() {
            let there = SecretSource::read(&secret.from, region, "");
            let Some(there) = there.filter(|there| there.partition() != here) else { continue };
            found.push(Violation {
                key: format!("{}.secrets[{index}].from", spec.name),
                value: secret.from.clone(),
                allowed: format!(
                    "allowed is a secret in partition {here} as {region} is; this one is in {}",
                    there.partition()
                ),
                page: "Amazon Resource Names (ARNs), IAM User Guide",
            });
        }
    }
    found
}

/// Where the secrets of all apps are. What can't be read is refused by its range.
fn sources(settings: &Settings, destination: &Destination) -> impl Iterator<Item = SecretSource> {
    let Destination { account_id, region } = destination;
    let secrets = settings.apps.iter().flat_map(|(_, app)| &app.secrets);
    secrets.filter_map(|it| SecretSource::read(&it.from, region, account_id))
}
