//! Settings from the environment: what is needed, what makes no sense.

use std::time::Duration;

use e2e::site::Setup;

use super::{both_with, each};

const SOON: Duration = Duration::from_secs(60);

#[test]
fn the_port_is_a_setting() {
    both_with(&[("PORT", "8123")], async |site| {
        site.client.upload("port.png").await;
    });
}

#[test]
fn an_app_that_cannot_work_ends_and_names_the_setting() {
    each(async |app| {
        for (name, value) in
            [("S3_BUCKET", ""), ("MAX_FILES", "many"), ("MAX_FILE_BYTES", "0"), ("PORT", "http")]
        {
            let ended = tokio::time::timeout(SOON, Setup::of(app).set(name, value).ends()).await;
            let (code, output) = ended.unwrap_or_else(|_| panic!("it goes on with {name}={value}"));
            assert_ne!(code, "0", "{name}={value}: {output}");
            assert!(output.contains(name), "{name}={value}: {output}");
        }
    });
}
