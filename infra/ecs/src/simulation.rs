//! What ECS's schedulers will do, as arithmetic: no AWS account and no clock is needed to see it.

pub mod blue_green;
pub mod placement;
pub mod rolling;
pub mod traffic_shift;

pub use blue_green::{Revision, Rollback, Stage, StageView, blue_green};
pub use placement::{Share, place};
pub use rolling::{Bounds, Rollout, Step, least_maximum_percent, most_minimum_healthy_percent, rolling};
pub use traffic_shift::{Percent, PercentError, Shift, canary, linear};
