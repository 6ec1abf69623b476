//! The files of a folder that may be requests to ECS.

use std::path::{Path, PathBuf};

use anyhow::Context;
use ignore::WalkBuilder;

const EXTENSIONS: [&str; 4] = ["json", "jsonc", "yaml", "yml"];
/// Folders of other people's files and of what is built.
const FOREIGN: [&str; 6] = [".git", ".terraform", "node_modules", "target", "vendor", "cdk.out"];

/// The JSON and YAML files of a folder and those within it, in their order, but what Git ignores.
pub fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    // Task definitions are kept in `.aws` and `.github`.
    let mut walk = WalkBuilder::new(folder);
    walk.hidden(false).sort_by_file_name(Ord::cmp);
    walk.filter_entry(|entry| {
        entry.depth() == 0 || entry.file_name().to_str().is_none_or(|name| !FOREIGN.contains(&name))
    });
    let mut files = Vec::new();
    for entry in walk.build() {
        let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
        let path = entry.path();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let may_be = EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known));
        if may_be && entry.file_type().is_some_and(|kind| kind.is_file()) {
            files.push(path.to_owned());
        }
    }
    Ok(files)
}
