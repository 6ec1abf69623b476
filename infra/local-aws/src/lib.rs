//! The local AWS: ECS, Elastic Load Balancing and Application Auto Scaling on this machine's Docker engine. All else goes
//! through to an emulator.

pub mod account;
pub mod alarms;
pub mod api_error;
pub mod clock;
pub mod ecs;
pub mod emulator;
pub mod front;
pub mod load_balancer;
pub mod options;
pub mod scaling;
pub mod tasks;
