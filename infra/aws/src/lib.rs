//! Reads and writes every kind of resource over the AWS SDK, one file a kind in `kinds/`.

mod build_error;
pub mod clients;
mod connection;
pub mod json_call;
pub mod kinds;
pub mod live_service;
pub mod partial;
pub mod prefetch;
mod program;
mod tags;

pub use clients::ServiceClient;
pub use connection::Aws;
pub use program::Program;
