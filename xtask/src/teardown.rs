//! `teardown --local`: the local AWS goes with its last stack.

use infra_images::engine;
use infra_options::StackOptions;

use crate::local_aws::{Choice, LocalAws, Removed};
use crate::provider::Provider;

/// Deletes the stack, then the local AWS if that was its last one.
pub async fn of_local_aws(stack: &StackOptions) -> anyhow::Result<u8> {
    engine::check().await?;
    let port = stack.local_port;
    let Some(local) = LocalAws::running(&Choice::of_stack(stack)).await? else {
        return clean_up(port).await;
    };
    let provider = Provider::build().await?;
    let code = provider.run(Some(&local)).await?;
    if code == 0 {
        let others = provider.stacks(&local).await?;
        if others.is_empty() {
            let removed = LocalAws::remove(port).await?;
            infra_options::say!(
                "the local AWS on port {port} is gone too, with its containers and the apps' images"
            );
            report_images_in_use(&removed);
        } else {
            infra_options::say!("the local AWS on port {port} stays for: {}", others.join(", "));
        }
    }
    Ok(code)
}

/// A stopped local AWS has forgotten its stacks, but its containers may still be here.
async fn clean_up(port: u16) -> anyhow::Result<u8> {
    let removed = LocalAws::remove(port).await?;
    infra_options::say!("no local AWS is running on port {port}, nothing to tear down");
    if removed.count > 0 {
        infra_options::say!(
            "removed {} containers, volumes and networks that an earlier one left behind",
            removed.count
        );
    }
    report_images_in_use(&removed);
    Ok(0)
}

/// A container that is not the local AWS's keeps its image, and whose it is the engine does not know.
pub fn report_images_in_use(removed: &Removed) {
    for image in &removed.images_in_use {
        infra_options::say!(
            "image {image} stays, as a container uses it: `docker ps --all --filter ancestor={image}`"
        );
    }
}
