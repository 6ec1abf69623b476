//! That what the kinds declare of their operations is called by them.

use std::collections::BTreeSet;
use std::path::Path;

use e2e::{repository, sdk};

use super::{collect, text_of};

/// Of S3 an operation is an HTTP method: no client has a function of that name.
const BY_METHOD: &str = "bucket";

#[tokio::test(flavor = "multi_thread")]
async fn each_operation_that_a_kind_declares_is_called_in_its_files_or_in_those_that_they_use() {
    let sources = Sources::read();
    let provider = sdk::kinds().await;
    let kinds = provider.kinds().into_iter().filter(|kind| kind.name() != BY_METHOD);
    let mut stale = Vec::new();
    for kind in kinds {
        let code = sources.around(&kind.name().replace('-', "_"));
        let is_called = |operation: &str| {
            let calls = [call_of(operation), format!(".call(region, \"{operation}\"")];
            code.iter().any(|text| calls.iter().any(|call| text.contains(call)))
        };
        let operations = kind.operations();
        let not_called = operations.all().filter(|(_, operation)| !is_called(operation));
        stale.extend(not_called.map(|(_, operation)| format!("{}: {operation}", kind.name())));
    }
    assert!(stale.is_empty(), "these are declared in `OPERATIONS` and not called: {stale:#?}");
}

/// The files of the crate that has the kinds: the modules that each is in, and its text.
struct Sources(Vec<(Vec<String>, String)>);

impl Sources {
    fn read() -> Self {
        let (folder, mut files) = (repository().join("infra/aws/src"), Vec::new());
        collect(&folder, &["rs"], &mut files);
        // `kinds/cluster/described.rs` is in `kinds`, `cluster` and `described`.
        let modules = |file: &Path| {
            let below = file.strip_prefix(&folder).unwrap_or(file).with_extension("");
            below.iter().map(|part| part.to_string_lossy().into_owned()).collect()
        };
        Self(files.iter().map(|file| (modules(file), text_of(file))).collect())
    }

    /// The code of a kind, and that of the modules which it uses.
    fn around(&self, kind: &str) -> Vec<&str> {
        let own = self.0.iter().filter(|(modules, _)| modules.iter().any(|module| module == kind));
        let own: Vec<&str> = own.map(|(_, text)| text.as_str()).collect();
        assert!(!own.is_empty(), "no file of infra/aws/src/kinds is called {kind}.rs");
        let used: BTreeSet<&str> = own.iter().flat_map(|text| used_by(text)).collect();
        // A module's own ones are used with it, but `kinds` is used for single ones of its.
        let is_used = |modules: &[String]| {
            let own_and_parent = modules.iter().rev().take(2).filter(|module| *module != "kinds");
            own_and_parent.into_iter().any(|module| used.contains(module.as_str()))
        };
        let others = self.0.iter().filter(|(modules, _)| is_used(modules)).map(|(_, text)| text.as_str());
        others.chain(own.iter().copied()).collect()
    }
}

/// Every name in a `use` of this crate.
fn used_by(text: &str) -> impl Iterator<Item = &str> {
    let uses = ["use crate::", "use super::"].into_iter().flat_map(|start| text.split(start).skip(1));
    uses.filter_map(|rest| rest.split(';').next())
        .flat_map(|tree| tree.split(|c: char| !c.is_alphanumeric() && c != '_'))
}

/// `DescribeTasks` is called as `.describe_tasks(`.
fn call_of(operation: &str) -> String {
    let mut call = String::from(".");
    for letter in operation.chars() {
        if letter.is_ascii_uppercase() && call.len() > 1 {
            call.push('_');
        }
        call.push(letter.to_ascii_lowercase());
    }
    call + "("
}
