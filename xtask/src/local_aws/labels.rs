//! The labels by which everything of a local AWS is found again: nothing is remembered anywhere else.

/// A container of a local AWS, by its port; the network has it without a value.
pub const PORT: &str = "image-app.local-aws";
/// The front's region.
pub const REGION: &str = "image-app.local-aws.region";
/// How much faster its waits go by.
pub const SPEED: &str = "image-app.local-aws.speed";

/// What the front labels its tasks' containers and volumes with.
const TASK: &str = "image-app.local-aws.task";
/// What an emulator that ran tasks by itself labelled them with, before there was a front.
const TASK_OF_EMULATOR: &str = "ministack.instance";

/// The label's value on everything that a front starts.
pub fn instance(front: &str, port: u16) -> String {
    format!("{front}:{port}")
}

/// Filters for what a front has started.
pub fn started_by(front: &str, port: u16) -> [String; 2] {
    [TASK, TASK_OF_EMULATOR].map(|label| format!("label={label}={}", instance(front, port)))
}
