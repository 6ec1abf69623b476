//! `policy`: prints what whoever runs a command on the stack must be allowed to do. Writes nothing to AWS.

use crate::permissions::{Kinds, Policy, Stack, policies, trust};
use crate::session::Session;
use crate::setup::Setup;
use anyhow::{Context, Result};
use infra::Destination;
use infra_options::policy::Options;
use infra_options::print;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

/// Prints the policies, or writes each into a file.
pub(super) async fn run(options: &Options, setup: &Setup) -> Result<ExitCode> {
    let session = match &options.account {
        Some(account) => Session::of_account(&options.stack, setup, account).await?,
        None => Session::open(&options.stack, setup).await?,
    };
    let kinds: Vec<_> =
        session.provider.kinds().into_iter().map(|kind| (kind.name(), kind.operations())).collect();
    let used: BTreeSet<&str> =
        session.program.stack.nodes().iter().map(|node| node.id.kind.as_str()).collect();
    let (account_id, region) = (session.aws.account.id.clone(), session.aws.region.clone());
    let stack = Stack {
        names: &session.names,
        program: &session.program,
        destination: &Destination { account_id, region },
        has_web_acl: session.settings.load_balancer.web_acl.is_some(),
    };
    let policies = policies(options.command, &Kinds { all: &kinds, used: &used }, &stack)?;
    let trust = options.github.as_ref().map(|repository| {
        trust(session.names.partition, &session.aws.account.id, repository, &options.branch)
    });
    match &options.out {
        Some(folder) => write_all(folder, &policies, trust.as_ref())?,
        None => {
            let all = json!({ "policies": policies, "trust": trust });
            print(serde_json::to_string_pretty(&all).context("the policies have no JSON form")?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn write_all(folder: &Path, policies: &[Policy], trust: Option<&Value>) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let documents = policies.iter().map(|policy| (policy.name.as_str(), &policy.document));
    for (name, document) in documents.chain(trust.map(|trust| ("trust", trust))) {
        let file = folder.join(format!("{name}.json"));
        let text = serde_json::to_string_pretty(document).context("a policy has no JSON form")?;
        std::fs::write(&file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
        print(file.display())?;
    }
    Ok(())
}
