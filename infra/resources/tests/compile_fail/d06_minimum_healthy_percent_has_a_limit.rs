//! D06: at most 100 percent can be kept healthy.

use infra_resources::ecs::{Rolling};

const UPDATE: Rolling = Rolling::percent(150, 200);

fn main() {
    let _ = UPDATE;
}
