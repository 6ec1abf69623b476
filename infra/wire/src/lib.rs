//! The one place that every call to AWS passes through: bounded in number, written down, stopped when the lease is lost, repeated
//! only where a second call does no harm. Knows no kind of resource.

pub mod account;
mod bucket_conflict;
pub mod call;
pub mod concurrency_limit;
pub mod configuration;
pub mod gate;
pub mod guard;
mod held_body;
pub mod https;
pub mod journal;
pub mod poll;
pub mod profile;
pub mod read_cache;
pub mod sdk_error;
mod sign_in;
pub mod this_machine;
pub mod timeouts;
pub mod transport;
mod trust;
mod writes;

pub use account::Account;
pub use bucket_conflict::BucketConflict;
pub use writes::Writes;
