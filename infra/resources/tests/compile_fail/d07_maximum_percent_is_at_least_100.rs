//! D07: a service may always have all its tasks.

use infra_resources::ecs::{Rolling};

const UPDATE: Rolling = Rolling::percent(50, 90);

fn main() {
    let _ = UPDATE;
}
