//! The network of all local AWSs on this machine, and who has which address in it.

use anyhow::Context;
use infra_images::docker::{docker, output};

use super::engine::says_missing;
use super::labels;

/// Its name.
pub const NAME: &str = "image-app-local-aws";

// AWS SDKs take credentials over plain http only from the addresses at which ECS and EKS serve them. The front serves
// them at its own address, so it gets one of these two; tasks get the upper half of the subnet. The subnet is no
// larger, as 169.254.169.254 next to it is where a cloud machine finds its own metadata.
const SUBNET: &str = "169.254.170.0/24";
const GATEWAY: &str = "169.254.170.1";
const TASKS: &str = "169.254.170.128/25";
const ECS_CREDENTIALS: &str = "169.254.170.2";
const EKS_CREDENTIALS: &str = "169.254.170.23";

/// The port whose local AWS has ECS's own address.
pub const USUAL_PORT: u16 = 4566;

/// Where the containers of one local AWS are.
pub struct Addresses {
    /// The front's.
    pub front: &'static str,
    /// The emulator's.
    pub emulator: &'static str,
}

/// Where the containers of the local AWS on a port are. All ports but the usual one have the same addresses.
pub fn addresses(port: u16) -> Addresses {
    if port == USUAL_PORT {
        Addresses { front: ECS_CREDENTIALS, emulator: "169.254.170.3" }
    } else {
        Addresses { front: EKS_CREDENTIALS, emulator: "169.254.170.24" }
    }
}

/// Makes the network where it is not there yet.
pub async fn ensure() -> anyhow::Result<()> {
    if attached().await?.is_some() {
        return Ok(());
    }
    let mut create = docker(&["network", "create", "--subnet", SUBNET, "--gateway", GATEWAY]);
    create.args(["--ip-range", TASKS, "--label", labels::PORT]);
    // Host ports of tasks are for this machine alone, as the local AWS itself is.
    create.args(["--opt", "com.docker.network.bridge.host_binding_ipv4=127.0.0.1", NAME]);
    match output(create).await {
        // Another local AWS was started in this moment.
        Err(_) if attached().await?.is_some() => Ok(()),
        created => {
            created.map(drop).with_context(|| format!("cannot create docker network {NAME} ({SUBNET})"))
        }
    }
}

/// Removes it if nobody uses it any more; whether it did.
pub async fn remove_unused() -> anyhow::Result<bool> {
    if attached().await? != Some(0) {
        return Ok(false);
    }
    output(docker(&["network", "rm", NAME]))
        .await
        .with_context(|| format!("cannot remove docker network {NAME}"))?;
    Ok(true)
}

/// How many containers are attached to the network, if there is one.
async fn attached() -> anyhow::Result<Option<usize>> {
    let answer = output(docker(&["network", "inspect", "--format", "{{len .Containers}}", NAME])).await;
    if answer.as_ref().is_err_and(says_missing) {
        return Ok(None);
    }
    let count = answer.with_context(|| format!("cannot look at docker network {NAME}"))?;
    count
        .parse()
        .map(Some)
        .with_context(|| format!("docker network {NAME}: `{count}` is not a valid number of containers"))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn no_task_gets_the_address_of_a_local_aws() {
        let of_tasks = |address: &str| address.parse::<Ipv4Addr>().unwrap().octets()[3] >= 128;
        assert!(TASKS.split('/').next().is_some_and(of_tasks));
        for Addresses { front, emulator } in [USUAL_PORT, 4666].map(addresses) {
            assert!(front != emulator && !of_tasks(front) && !of_tasks(emulator), "{front} {emulator}");
        }
    }
}
