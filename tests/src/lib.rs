//! What the end-to-end suites share: commands, containers, faults, a counting proxy, and a look at AWS that does not go through
//! the code under test.

pub mod app_client;
pub mod aws_api;
pub mod browser;
pub mod command;
pub mod containers;
pub mod corpus;
pub mod counting_proxy;
pub mod exclusive;
pub mod fake_docker;
pub mod fault_proxy;
pub mod faults;
pub mod form;
pub mod landscape;
mod late_reads;
pub mod load;
pub mod objects;
pub mod overrides;
pub mod raw_client;
pub mod reaper;
pub mod refusal;
pub mod running_services;
pub mod runtime;
pub mod sdk;
pub mod shared;
pub mod site;
pub mod task_metadata;
pub mod terminal;
pub mod wait;

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

/// The repository's root.
pub fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// A port that nothing listens on.
///
/// # Panics
/// When this machine has none left.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.unwrap_or_else(|error| panic!("there is no free port on this machine: {error}")).port()
}
