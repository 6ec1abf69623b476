//! Makes the README's pictures from a real run: deploys in a terminal, one of which fails, and the app's page in a browser.
//!
//! `pictures FOLDER STACK PORT`: a stack that is on the local AWS of that port is used and stays; else one is deployed, and taken
//! down again.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstyle_svg::Term;
use anyhow::{Context, bail, ensure};
use e2e::app_client::AppClient;
use e2e::browser::{Browser, Look};
use e2e::command::{Run, xtask};
use e2e::landscape::landscape;
use e2e::terminal::{Size, Terminal};
use image::ImageFormat;

/// What the deploy in the picture changes.
const CHANGE: &str = "web.memory_mib=4096";
/// An image whose command is a shell, which ends without a terminal. It is among the bases of the apps' images.
const ENDS_AT_ONCE: &str = "web.image=debian:trixie-slim";
/// The exit code of a deploy that was rolled back.
const ROLLED_BACK: i32 = 20;
const SCREEN: Size = Size { rows: 60, columns: 80 };
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
    deploy(stack, &folder.join("rollout.svg"), &folder.join("deploy.svg")).await?;
    page(stack, &folder.join("page.png")).await?;
    failing_deploy(stack, &folder.join("rolled-back.svg")).await
}

/// The deploy of a change, while it is followed and in the end.
async fn deploy(stack: &Stack, followed: &Path, done: &Path) -> anyhow::Result<()> {
    let mut terminal = Terminal::of_size(stack.deploy(&[CHANGE]), SCREEN);
    let screen = terminal.screen_with(&["service revision", "in progress", "has begun draining"]).await;
    draw(&[CHANGE], &screen, followed)?;
    let (code, screen) = terminal.last_screen().await;
    ensure!(code == Some(0), "the deploy ended with {code:?}: {screen}");
    draw(&[CHANGE], &screen, done)
}

/// The deploy of an image that ends at once, in the end: it was rolled back.
async fn failing_deploy(stack: &Stack, file: &Path) -> anyhow::Result<()> {
    let settings = [CHANGE, ENDS_AT_ONCE];
    let (code, screen) = Terminal::of_size(stack.deploy(&settings), SCREEN).last_screen().await;
    ensure!(code == Some(ROLLED_BACK), "the deploy ended with {code:?}: {screen}");
    draw(&settings, &screen, file)
}

fn draw(settings: &[&str], printed: &str, file: &Path) -> anyhow::Result<()> {
    let settings: Vec<_> = settings.iter().map(|setting| format!(" --set {setting}")).collect();
    let command = format!("$ cargo xtask deploy --local --yes{}", settings.concat());
    let picture = Term::new().render_svg(&format!("{command}\n{printed}\n"));
    std::fs::write(file, picture).with_context(|| format!("cannot write {}", file.display()))?;
    eprintln!("{}", file.display());
    Ok(())
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
    fn deploy(&self, settings: &[&str]) -> Run {
        settings.iter().fold(self.xtask("deploy --yes"), |run, setting| run.arg("--set").arg(setting))
    }

    /// Cargo says nothing of its own.
    fn xtask(&self, words: &str) -> Run {
        let words = format!("{words} --local --stack {} --local-port {}", self.name, self.port);
        xtask(&words).env("CARGO_TERM_QUIET", "true")
    }
}
