//! D11: bake time is for blue/green, linear and canary.

use std::time::Duration;

use infra_ecs::{Rolling};

fn deploy(deployment: Rolling) {
    let _ = deployment.bake_time(Duration::from_secs(300));
}

fn main() {}
