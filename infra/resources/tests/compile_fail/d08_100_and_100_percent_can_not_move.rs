//! D08: no task may stop, and none may start.

use infra_resources::ecs::{Rolling};

const UPDATE: Rolling = Rolling::percent(100, 100);

fn main() {
    let _ = UPDATE;
}
