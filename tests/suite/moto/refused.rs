//! What AWS would refuse in the middle of a deploy is refused before the first call, all of it at once.

use e2e::counting_proxy::CountingProxy;

use super::Moto;

#[tokio::test(flavor = "multi_thread")]
async fn names_and_settings_outside_their_ranges_are_refused_without_a_call() {
    let moto = Moto::start().await;
    let wrong = ["logs.retention_in_days=2", "ec2.root_volume_gib=65537", "web.container_port=9090"];
    for command in ["deploy --yes --stack sg", "preview --stack sg"] {
        let proxy = CountingProxy::start().await;
        let run = moto.run(command, &wrong).await.env("HTTP_PROXY", proxy.address());
        let outcome = run.ends_with(1).await;
        assert_eq!(proxy.take_calls().len(), 0, "{outcome}");
        for part in [
            "begins with `sg-`",
            "retention_in_days=2",
            "root_volume_gib=65537: allowed is 30 to 65536",
            "metrics",
        ] {
            assert!(outcome.stderr.contains(part), "{part} is not in: {outcome}");
        }
    }
}
