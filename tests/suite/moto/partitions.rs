//! Regions of other partitions than the commercial one: what is deployed there is what the program wants, and goes again.

use super::Moto;

/// Images that are in no partition, and everything that names one.
const SETTINGS: [&str; 4] =
    ["web.image=nginx:1", "php.image=nginx:1", "php.ec2_network_mode=awsvpc", "storage.direct_upload=true"];

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_lives_in_china() {
    lives_in("cn-north-1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_lives_in_govcloud() {
    lives_in("us-gov-west-1").await;
}

async fn lives_in(region: &'static str) {
    let moto = Moto::in_region(region).await;
    moto.deploy("abroad", &SETTINGS).await;
    moto.run("preview --stack abroad", &SETTINGS).await.ends_with(0).await;
    moto.deploys_without_a_write("abroad", &SETTINGS).await;
    moto.run("teardown --yes --stack abroad", &[]).await.ends_with(0).await;
    assert!(moto.api().everything_named("abroad").await.is_empty(), "{region}");
}
