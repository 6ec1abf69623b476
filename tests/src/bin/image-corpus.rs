//! Writes the image corpus into a folder, with `expected.json`: what an app with default limits makes of each file.

use std::path::Path;

use anyhow::{Context, bail};
use e2e::corpus;
use serde_json::json;

fn main() -> anyhow::Result<()> {
    let Some(folder) = std::env::args_os().nth(1) else {
        bail!("name the folder: cargo run --package e2e --bin image-corpus FOLDER");
    };
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut list = Vec::new();
    for case in corpus::all() {
        write(folder, &case.file_name, &case.bytes)?;
        list.push(json!({
            "name": case.name,
            "file": case.file_name,
            "claimed_type": case.claimed_type,
            "expected": case.expected,
        }));
    }
    write(folder, "expected.json", format!("{:#}\n", json!(list)).as_bytes())?;
    println!("{} files in {}", list.len(), folder.display());
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = folder.join(name);
    std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
