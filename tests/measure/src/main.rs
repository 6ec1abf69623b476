//! Counts the calls of deploys and teardowns on an emulator, and compares their length with what their graph allows.

mod bound;
mod latencies;
mod process;
mod report;
mod round_trips;
mod run;

use clap::Parser;
use std::process::ExitCode;

/// Counts calls and round trips of a first deploy, an unchanged one, a changed one and a teardown
#[derive(Debug, Parser)]
struct Options {
    /// Print JSON on standard output
    #[arg(long)]
    json: bool,
    /// Print every call with its times
    #[arg(long)]
    calls: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    let measured = run::all(options.calls).await?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&measured)?);
    } else {
        print!("{}", report::table(&measured));
    }
    Ok(ExitCode::SUCCESS)
}
