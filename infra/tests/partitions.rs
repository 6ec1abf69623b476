//! What the program generates in each of AWS's partitions, and for images of other registries.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra::registry::ImageTags;
use infra::{Destination, Program, Settings, StackName};
use serde_json::Value;

const REGIONS: [&str; 8] = [
    "us-east-1",
    "cn-north-1",
    "us-gov-west-1",
    "eusc-de-east-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
];

fn program(region: &str, overrides: &[&str]) -> Program {
    let destination = Destination { account_id: "123456789012".to_owned(), region: region.to_owned() };
    let tags = ImageTags::from([
        ("web", "src-0000000000000001".to_owned()),
        ("php", "src-0000000000000002".to_owned()),
    ]);
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    let stack: StackName = "cloudfolks".parse().unwrap();
    infra::program(&stack, &Settings::with_overrides(&overrides).unwrap(), &destination, &tags).unwrap()
}

/// The resources in which the partition shows, a line for each: with a way to S3 and with uploads of browsers.
fn resources(region: &str) -> String {
    let everything = ["php.ec2_network_mode=awsvpc", "storage.direct_upload=true"];
    let all = infra::render::resources(&program(region, &everything));
    let line = |it: &Value| format!("{} {}", it["resource"].as_str().unwrap(), it["desired"]);
    let lines = all.as_array().unwrap().iter().map(line);
    let shows = |line: &String| ["arn:aws", "amazonaws."].iter().any(|text| line.contains(text));
    lines.filter(shows).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_program_in_china() {
    insta::assert_snapshot!(resources("cn-north-1"));
}

#[test]
fn the_program_in_govcloud() {
    insta::assert_snapshot!(resources("us-gov-west-1"));
}

#[test]
fn the_program_in_the_european_sovereign_cloud() {
    insta::assert_snapshot!(resources("eusc-de-east-1"));
}

#[test]
fn no_partition_has_arns_of_another() {
    for region in REGIONS {
        let text = resources(region);
        let own = format!("arn:{}:", infra_resources::Partition::of_region(region).id());
        let all =
            text.match_indices("arn:").filter(|(index, _)| !text[*index..].starts_with("arn:aws:SourceArn"));
        let others: Vec<_> = all.filter(|(index, _)| !text[*index..].starts_with(&own)).collect();
        assert!(others.is_empty(), "{region}: {}", &text[others[0].0..][..60]);
        assert!(text.contains(&own), "{region}");
    }
}

/// What the execution role may pull from.
fn pulled_from(region: &str, overrides: &[&str]) -> Vec<String> {
    let all = infra::render::resources(&program(region, overrides));
    let role =
        all.as_array().unwrap().iter().find(|it| it["resource"] == "iam-role/execution").unwrap().clone();
    let statements = role["desired"]["inlinePolicies"]["start-tasks"]["Statement"].clone();
    let pull = statements.as_array().unwrap().iter().find(|it| it["Sid"] == "Pull").unwrap().clone();
    serde_json::from_value(pull["Resource"].clone()).unwrap()
}

#[test]
fn the_execution_role_follows_the_images() {
    let own = [
        "arn:aws:ecr:eu-west-1:123456789012:repository/cloudfolks-web-app",
        "arn:aws:ecr:eu-west-1:123456789012:repository/cloudfolks-php-app",
    ];
    let also = |image: &str| {
        let mut from = pulled_from("eu-west-1", &[&format!("web.image={image}")]);
        assert_eq!(from.drain(..2).collect::<Vec<_>>(), own, "{image}");
        from
    };
    // Another repository, another account, another region.
    for (image, arn) in [
        (
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:1",
            "arn:aws:ecr:eu-west-1:123456789012:repository/team/web",
        ),
        (
            "111111111111.dkr.ecr.eu-west-1.amazonaws.com/web",
            "arn:aws:ecr:eu-west-1:111111111111:repository/web",
        ),
        (
            "123456789012.dkr.ecr.us-west-2.amazonaws.com/web:1",
            "arn:aws:ecr:us-west-2:123456789012:repository/web",
        ),
    ] {
        assert_eq!(also(image), [arn], "{image}");
    }
    for image in [
        "nginx:1.27",
        "public.ecr.aws/nginx/nginx:1.27",
        "ghcr.io/owner/web:1",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/cloudfolks-web-app:src-1",
    ] {
        assert_eq!(also(image), [""; 0], "{image}");
    }
    let both = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/web:1";
    let from = pulled_from("eu-west-1", &[&format!("web.image={both}"), &format!("php.image={both}")]);
    assert_eq!(from.len(), 3, "{from:?}");
    let sovereign = "web.image=111111111111.dkr.ecr.eusc-de-east-1.amazonaws.eu/web:1";
    let from = pulled_from("eusc-de-east-1", &[sovereign]);
    assert_eq!(from[2], "arn:aws-eusc:ecr:eusc-de-east-1:111111111111:repository/web");
}

#[test]
fn an_image_of_another_account_needs_that_accounts_consent_and_preview_says_so() {
    let notes = |image: &str| program("eu-west-1", &[&format!("php.image={image}")]).notes.join("\n");
    let note = notes("111111111111.dkr.ecr.eu-central-1.amazonaws.com/web:1");
    for part in ["php.image", "111111111111", "eu-central-1", "set-repository-policy"] {
        assert!(note.contains(part), "{note}");
    }
    assert_eq!(notes("123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"), "");
    assert_eq!(notes("nginx:1.27"), "");
}

#[test]
fn a_zone_of_another_region_leaves_nothing_out_and_preview_says_so() {
    let notes = program("eu-west-1", &[r#"network.excluded_zones=["eu-west-1a","us-east-1e"]"#]).notes;
    assert!(notes.len() == 1 && notes[0].contains("us-east-1e"), "{notes:?}");
}
