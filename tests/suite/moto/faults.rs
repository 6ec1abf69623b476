//! Calls that fail for a while or whose answers are lost: one run goes through, without help.

use super::Moto;

/// A deploy of the whole stack goes through in spite of this, and nothing is left to change.
async fn goes_through(stack: &str, fault: &str) {
    let moto = Moto::start().await;
    let deploy = moto.run(&format!("deploy --yes --no-wait --stack {stack}"), &[]).await;
    deploy.env("IMAGE_APP_FAULTS", fault).ends_with(0).await;
    moto.run(&format!("preview --stack {stack}"), &[]).await.ends_with(0).await;
    moto.run(&format!("teardown --yes --stack {stack}"), &[]).await.ends_with(0).await;
    let left = moto.api().everything_named(stack).await;
    assert!(left.is_empty(), "{left:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_to_creations_are_lost() {
    // Which resources these writes make differs from run to run, as independent ones are made at the same time.
    goes_through("lost", "timeout@6;timeout@11;timeout@16;timeout@23;timeout@31;timeout@37").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_is_refused_once_by_a_service_that_is_busy() {
    goes_through("busy", "503@every").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_connection_breaks_once() {
    goes_through("broken", "reset@every").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_just_made_is_not_known_for_a_while() {
    let unknown = [
        "refuse@AuthorizeSecurityGroupIngress/InvalidGroup.NotFound/2",
        "refuse@AddRoleToInstanceProfile/NoSuchEntity/2",
        "refuse@CreateService/InvalidParameterException/2",
        "refuse@PutClusterCapacityProviders/UpdateInProgressException/2",
        "refuse@RegisterScalableTarget/FailedResourceAccessException/2",
    ];
    goes_through("unknown", &unknown.join(";")).await;
}
