//! Kinds of resource in the test's own process: the SDK over the provider's gate, against an emulator, with the run's journal.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use infra_aws::Aws;
use infra_deploy::AppProgram;
use infra_engine::Provider;
use infra_wire::gate;
use infra_wire::journal::{self, Entry, Place};
use infra_wire::transport::Direct;

use crate::repository;

/// moto's account. The credentials say so: nobody is asked.
const ACCOUNT: &str = "123456789012";

/// A connection to an emulator, for a stack of the workspace's apps.
///
/// # Panics
/// When there is none.
pub async fn connected(endpoint: &str, region: &str, stack: &str, workspace: &Path) -> Aws {
    let client = gate::client(true, None, Arc::new(Direct));
    let credentials = Credentials::builder().access_key_id("test").secret_access_key("test");
    let credentials = credentials.account_id(ACCOUNT).provider_name("test").build();
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(endpoint)
        .http_client(client)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let program = AppProgram { apps: infra::apps::ALL, workspace: workspace.to_owned() };
    Aws::connect(&config, stack, Arc::new(program)).await.unwrap_or_else(|error| panic!("{error:#?}"))
}

/// Every kind of resource, with nobody to call.
pub async fn kinds() -> Provider {
    infra_aws::kinds::all(&connected("http://127.0.0.1:9", "eu-west-1", "none", repository()).await)
}

/// Sees that a table of tests has every kind, or says why it has not.
///
/// # Panics
/// When it lacks one, or when what it says is not so.
pub async fn assert_every_kind(
    table: &str,
    has: impl IntoIterator<Item = impl Into<String>>,
    except: &[(&str, &str)],
) {
    let has: BTreeSet<String> = has.into_iter().map(Into::into).collect();
    let all: BTreeSet<String> = kinds().await.kinds().iter().map(|kind| kind.name().to_owned()).collect();
    let not_in: BTreeSet<String> = except.iter().map(|(kind, _)| (*kind).to_owned()).collect();
    let lacking = &(&all - &has) - &not_in;
    assert!(lacking.is_empty(), "{table} has nothing of {lacking:?}, and does not say why");
    let wrong: Vec<_> = not_in.iter().filter(|kind| has.contains(*kind) || !all.contains(*kind)).collect();
    assert!(
        wrong.is_empty(),
        "{table} says why it has nothing of {wrong:?}, but it has, or there is no such kind"
    );
}

/// Begins the journal of this process in a folder.
///
/// # Panics
/// When it can't be written.
pub fn begin_journal(workspace: &Path, region: &str, stack: &str) {
    let place = Place { stack, region, local: false };
    journal::begin(workspace, place, "test").unwrap_or_else(|error| panic!("{error}"));
}

/// The calls in the journals of a folder.
///
/// # Panics
/// When they can't be read.
pub fn journal(workspace: &Path) -> Vec<Entry> {
    let folder = workspace.join("target/journal");
    let files = folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let texts = files.flatten().map(|file| std::fs::read_to_string(file.path()).unwrap_or_default());
    let entry = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    texts.flat_map(|text| text.lines().map(entry).collect::<Vec<Entry>>()).collect()
}

/// The calls of kinds in the journals of a folder that their kind does not declare, as `kind: operation`.
pub fn undeclared(workspace: &Path, provider: &Provider) -> Vec<String> {
    let mut undeclared: Vec<String> = Vec::new();
    for call in journal(workspace) {
        let Some(kind) = call.resource.as_deref().and_then(|resource| resource.split('/').next()) else {
            continue;
        };
        if kind == infra_emulators::OWN_CALLS {
            continue;
        }
        let declared = provider.kind(kind).map(|kind| kind.operations().effect(&call.operation));
        if !matches!(declared, Ok(Some(_))) {
            undeclared.push(format!("{kind}: {}", call.operation));
        }
    }
    undeclared.sort();
    undeclared.dedup();
    undeclared
}
