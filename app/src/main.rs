//! The container's one program: without an argument it serves, `healthcheck` asks a serving one whether it is well.

use std::process::ExitCode;

use app::config::{self, Config};
use app::error::causes;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Exit code for what only the caller can correct: a bad setting, an unknown argument.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        None => serve(),
        Some("healthcheck") => healthcheck(),
        Some(other) => {
            eprintln!("error: unknown argument {other:?}: run without one to serve, or with healthcheck");
            ExitCode::from(USAGE)
        }
    }
}

fn serve() -> ExitCode {
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(USAGE);
        }
    };
    app::request_log::init();
    match app::serve::serve(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}: {}", causes(&error));
            ExitCode::FAILURE
        }
    }
}

fn healthcheck() -> ExitCode {
    let answer = config::port_from_env().map_err(|error| error.to_string()).and_then(|port| {
        app::health::ask(port).map_err(|error| format!("health check of 127.0.0.1:{port} failed: {error}"))
    });
    match answer {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
