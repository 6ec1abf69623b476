//! Tasks on a real Docker engine: `cargo test -p infra-local-aws --test docker`.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what a test needs and does not get is its failure"
)]

#[path = "docker/containers.rs"]
mod containers;
#[path = "docker/emulator.rs"]
mod emulator;
#[path = "docker/lives.rs"]
mod lives;
#[path = "docker/programs.rs"]
mod programs;
#[path = "docker/world.rs"]
mod world;
