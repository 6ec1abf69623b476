//! Makes the README's pictures from a real run: a deploy in a terminal, and the app's page in a browser.
//!
//! `pictures FOLDER STACK PORT`: a stack that is on the local AWS of that port is used and stays; else one is deployed, and taken
//! down again.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstyle_svg::Term;
use anyhow::{Context, bail};
use e2e::app_client::AppClient;
use e2e::browser::{Browser, Look};
use e2e::command::{Run, xtask};
use e2e::landscape::landscape;
use image::ImageFormat;

/// What the deploy in the picture changes.
const CHANGE: &str = "web.memory_mib=4096";
/// Names as people give them.
const UPLOADS: [&str; 6] = [
    "harbour at dusk.jpg",
    "IMG_20251124_170455.jpg",
    "first snow.jpg",
    "evening.jpg",
    "lake.jpg",
    "north ridge.jpg",
];

struct Stack {
    name: String,
    port: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [folder, name, port] = arguments.as_slice() else {
        bail!("usage: pictures FOLDER STACK PORT; `cargo xtask pictures` runs it");
    };
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let stack = Stack { name: name.clone(), port: port.clone() };
    let was_there = stack.xtask("outputs").end().await.code == Some(0);
    if !was_there {
        eprintln!("deploying the stack {name} to the local AWS on port {port}");
        stack.xtask("deploy --yes").ends_with(0).await;
    }
    let taken = pictures(&stack, &folder).await;
    if !was_there {
        stack.xtask("teardown --yes").ends_with(0).await;
    }
    taken.map(|()| ExitCode::SUCCESS)
}

async fn pictures(stack: &Stack, folder: &Path) -> anyhow::Result<()> {
    terminal(stack, &folder.join("deploy.svg")).await?;
    page(stack, &folder.join("page.png")).await
}

/// The deploy of a change, as a terminal with colours shows it.
async fn terminal(stack: &Stack, file: &Path) -> anyhow::Result<()> {
    let deploy = stack
        .xtask("deploy --yes")
        .arg("--set")
        .arg(CHANGE)
        .env("CLICOLOR_FORCE", "1")
        .env("CARGO_TERM_COLOR", "never");
    let run = deploy.ends_with(0).await;
    let printed = format!("{}{}", run.stderr, run.stdout);
    let lines = printed.lines().filter(|line| !is_of_cargo(line)).collect::<Vec<_>>().join("\n");
    let command = format!("$ cargo xtask deploy --local --yes --set {CHANGE}");
    let picture = Term::new().render_svg(&format!("{command}\n{lines}\n"));
    std::fs::write(file, picture).with_context(|| format!("cannot write {}", file.display()))?;
    eprintln!("{}", file.display());
    Ok(())
}

/// Whether cargo printed it about its own work.
fn is_of_cargo(line: &str) -> bool {
    ["Finished `", "Running `", "Compiling ", "Blocking "]
        .iter()
        .any(|word| line.trim_start().starts_with(word))
}

/// The home page of the Rust app, with images on it.
async fn page(stack: &Stack, file: &Path) -> anyhow::Result<()> {
    let outputs = stack.xtask("outputs --json").ends_with(0).await.json();
    let url = outputs["url"].as_str().context("`outputs --json` has no url")?;
    let app = AppClient::new(url);
    for (number, name) in UPLOADS.iter().enumerate() {
        app.store(name, &landscape(number, ImageFormat::Jpeg)).await;
    }
    let browser = Browser::start().await;
    browser.photograph(url, Look::Light, file).await;
    browser.close().await;
    eprintln!("{}", file.display());
    Ok(())
}

impl Stack {
    fn xtask(&self, words: &str) -> Run {
        xtask(&format!("{words} --local --stack {} --local-port {}", self.name, self.port))
    }
}
