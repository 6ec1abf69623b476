//! The local AWS's program.

use clap::Parser;
use infra_local_aws::options::Options;
use std::io::Write;

fn main() -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{:?}", Options::parse())
}
