//! The keys of KMS that the settings name: somebody else's, found before anything is written.

use crate::destination::Destination;
use crate::settings::{Settings, Violation};
use infra_engine::{Output, Stack};
use infra_resources::name::short_hash;
use infra_resources::{KmsKey, Partition};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The ARNs of the keys, by what the settings call them.
#[derive(Debug, Default)]
pub struct Keys(BTreeMap<String, Output<String>>);

impl Keys {
    /// Every key that a setting names, once.
    pub fn of(stack: &mut Stack, settings: &Settings) -> Self {
        let mut found = BTreeMap::new();
        for (_, name) in named(settings) {
            found.entry(name.to_owned()).or_insert_with(|| {
                let last = name.rsplit('/').next().unwrap_or_default();
                let logical_name = format!("{last}-{}", short_hash(&[name]));
                stack.add(&logical_name, KmsKey { name: name.to_owned() }).arn.clone()
            });
        }
        Self(found)
    }

    /// The ARN of a key that a setting names.
    pub fn arn(&self, name: Option<&String>) -> Option<Output<String>> {
        self.0.get(name?).cloned()
    }
}

/// A statement of a policy that allows this with a key.
pub fn allow(sid: &str, actions: &[&str], keys: &[Output<String>]) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": keys})
}

/// Every setting that names a key, with its name.
fn named(settings: &Settings) -> impl Iterator<Item = (String, &str)> {
    let of_volumes = settings.ec2.volume_kms_key.as_ref().filter(|_| settings.has_instances());
    let shared = [
        ("registry.kms_key", settings.registry.kms_key.as_ref()),
        ("storage.kms_key", settings.storage.kms_key.as_ref()),
        ("logs.kms_key", settings.logs.kms_key.as_ref()),
        ("ec2.volume_kms_key", of_volumes),
    ];
    let shared = shared.into_iter().filter_map(|(key, name)| Some((key.to_owned(), name?.as_str())));
    let of_secrets = settings.apps.iter().flat_map(|(spec, app)| {
        let secrets = app.secrets.iter().enumerate();
        let key = |index| format!("{}.secrets[{index}].kms_key", spec.name);
        secrets.filter_map(move |(index, it)| Some((key(index), it.kms_key.as_deref()?)))
    });
    shared.chain(of_secrets)
}

/// Keys that nothing of this region can be encrypted with. A secret may be elsewhere, with its key.
pub fn out_of_reach(settings: &Settings, region: &str) -> Vec<Violation> {
    let elsewhere = named(settings).filter(|(key, name)| {
        !key.contains(".secrets[") && KmsKey::region_in(name).is_some_and(|of_key| of_key != region)
    });
    let violation = |(key, name): (String, &str)| Violation {
        key,
        value: name.to_owned(),
        allowed: format!("allowed is a key in {region}, where what it encrypts is"),
        page: "Multi-Region keys in AWS KMS, AWS KMS Developer Guide",
    };
    elsewhere.map(violation).collect()
}

/// What the policies of keys have to allow, which nobody but who owns them can see to.
pub fn notes(settings: &Settings, destination: &Destination) -> Vec<String> {
    let region = &destination.region;
    let mut notes = Vec::new();
    if settings.logs.kms_key.is_some() {
        let logs = Partition::of_region(region).logs_principal(region);
        notes.push(format!(
            "logs.kms_key: the key's policy must let {logs} use it (kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, \
             kms:GenerateDataKey*, kms:Describe*), or the log group can't be made"
        ));
    }
    if settings.ec2.volume_kms_key.is_some() && settings.has_instances() {
        notes.push(
            "ec2.volume_kms_key: the key's policy must let the role AWSServiceRoleForAutoScaling use it and create grants, or no \
             instance starts"
                .to_owned(),
        );
    }
    notes
}
