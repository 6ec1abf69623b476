//! The parts of the workspace's manifest and lock file that an app's members depend on.
//!
//! The rest must not decide on that member's image: a new dependency of the tests would build and deploy the app again.

use std::collections::BTreeSet;

use toml_edit::{Array, DocumentMut, Item, TomlError};

/// The tables of a manifest that name dependencies.
pub const DEPENDENCY_TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// A member of the workspace: its folder, and its manifest.
pub struct Member {
    /// The folder, relative to the workspace's.
    pub folder: &'static str,
    /// The manifest's text.
    pub manifest: String,
}

/// The workspace's manifest with these members, and of the shared dependencies only those they use.
pub fn manifest(workspace: &str, members: &[Member]) -> Result<String, TomlError> {
    let mut document: DocumentMut = workspace.parse()?;
    let mut used = BTreeSet::new();
    for member in members {
        let manifest: DocumentMut = member.manifest.parse()?;
        let tables = DEPENDENCY_TABLES.iter().filter_map(|table| manifest.get(table)?.as_table_like());
        used.extend(tables.flat_map(|table| table.iter().map(|(name, _)| name.to_owned())));
    }
    if let Some(workspace) = document.get_mut("workspace").and_then(Item::as_table_like_mut) {
        workspace.insert(
            "members",
            Item::Value(Array::from_iter(members.iter().map(|member| member.folder)).into()),
        );
        if let Some(shared) = workspace.get_mut("dependencies").and_then(Item::as_table_like_mut) {
            let unused: Vec<String> =
                shared.iter().map(|(name, _)| name.to_owned()).filter(|name| !used.contains(name)).collect();
            for name in unused {
                shared.remove(&name);
            }
        }
    }
    Ok(document.to_string())
}

/// The lock file with this package and everything that it depends on, however far away.
pub fn lock(text: &str, package: &str) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let Some(packages) = document.get_mut("package").and_then(Item::as_array_of_tables_mut) else {
        return Ok(text.to_owned());
    };
    let known: Vec<Package> = packages.iter().map(Package::from).collect();
    let mut kept = BTreeSet::new();
    let mut to_do: Vec<usize> = (0..known.len()).filter(|index| known[*index].name == package).collect();
    while let Some(index) = to_do.pop() {
        if kept.insert(index) {
            let needed = known[index].dependencies.iter();
            to_do.extend(
                needed.flat_map(|reference| (0..known.len()).filter(|other| known[*other].is(reference))),
            );
        }
    }
    let mut index = 0;
    packages.retain(|_| {
        index += 1;
        kept.contains(&(index - 1))
    });
    Ok(document.to_string())
}

struct Package {
    name: String,
    version: String,
    dependencies: Vec<String>,
}

impl Package {
    /// Whether a reference means this package: its name alone where that is enough, else with the version after it.
    fn is(&self, reference: &str) -> bool {
        let mut words = reference.split(' ');
        words.next() == Some(self.name.as_str()) && words.next().is_none_or(|version| version == self.version)
    }
}

impl From<&toml_edit::Table> for Package {
    fn from(table: &toml_edit::Table) -> Self {
        let text = |name: &str| table.get(name).and_then(Item::as_str).unwrap_or_default().to_owned();
        let dependencies = table.get("dependencies").and_then(Item::as_array);
        let dependencies =
            dependencies.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned));
        Self { name: text("name"), version: text("version"), dependencies: dependencies.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "http 1.0.0",
]

[[package]]
name = "http"
version = "0.2.0"

[[package]]
name = "http"
version = "1.0.0"
dependencies = [
 "bytes",
]

[[package]]
name = "bytes"
version = "1.0.0"

[[package]]
name = "tests"
version = "0.1.0"
"#;

    #[test]
    fn the_lock_keeps_what_the_package_reaches_in_the_version_it_names() {
        let kept = lock(LOCK, "app").unwrap();
        for (text, expected) in
            [("\"app\"", 1), ("\"http\"", 1), ("\"0.2.0\"", 0), ("\"bytes\"", 2), ("\"tests\"", 0)]
        {
            assert_eq!(kept.matches(text).count(), expected, "{text} in {kept}");
        }
    }

    #[test]
    fn the_manifest_keeps_the_members_what_they_use_and_everything_else_that_decides() {
        let workspace = "[workspace]\nmembers = [\"app\", \"tests\"]\n\n[workspace.dependencies]\nrules = { path = \"app/rules\" }\nhttp = \"1\"\ninsta = \"1\"\nbytes = \"1\"\n\n[profile.release]\nstrip = true\n";
        let member = |folder, manifest: &str| Member { folder, manifest: manifest.to_owned() };
        let members = [
            member("app", "[dependencies]\nhttp.workspace = true\nrules.workspace = true\n"),
            member("app/rules", "[dependencies]\nbytes.workspace = true\n"),
        ];
        let kept = manifest(workspace, &members).unwrap();
        assert!(kept.contains("members = [\"app\", \"app/rules\"]"), "{kept}");
        for needed in ["http = ", "bytes = ", "rules = ", "strip = true"] {
            assert!(kept.contains(needed), "{needed}: {kept}");
        }
        assert!(!kept.contains("insta"), "{kept}");
    }
}
