//! Reads and writes every kind of resource over the AWS SDK, one file a kind in `kinds/`.

mod build_error;
pub mod clients;
mod connection;
pub mod json_call;
mod json_service;
pub mod kinds;
pub mod kms;
pub mod live_service;
pub mod network;
pub mod parameter_store;
pub mod partial;
pub mod permissions;
pub mod prefetch;
mod program;
pub mod registry;
pub mod rollout;
pub mod secret;
pub mod secrets_manager;
mod tags;
pub mod task_definition;
pub mod waf;

pub use clients::ServiceClient;
pub use connection::Aws;
pub use program::Program;
