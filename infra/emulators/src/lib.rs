//! Emulators of AWS: which of them answers, what it gets wrong, and how that is mended, so that no other crate knows of any.
//!
//! [`TABLE`] has a row for each thing. A row applies in one of two places: around the calls themselves ([`Emulator::over`]), or
//! around a kind of resource ([`Emulator::around`]). Without an endpoint in the configuration, or with one of AWS's own, AWS is
//! asked, and neither is there.

pub mod answers;
mod asked;
mod calls;
mod exchange;
mod kinds;
mod listening;
mod local_aws;
mod ministack;
mod moto;
mod products;
mod table;
mod text;

pub use calls::Emulator;
pub use exchange::OWN_CALLS;
pub use products::Product;
pub use table::{Mend, Row, TABLE};
