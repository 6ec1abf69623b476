//! Reads and writes every kind of resource over the AWS SDK, one file per kind in `kinds/`; the commands that need AWS.

pub mod aws;
pub mod build_error;
pub mod explain;
pub mod kinds;
pub mod tags;
pub mod wait;

pub use aws::Aws;
