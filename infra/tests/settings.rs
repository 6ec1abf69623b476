//! Every setting has a range, and what is outside it is refused before the first call.
//!
//! A new setting is found here by itself: its declaration is all that it needs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra::Settings;
use infra::apps;
use infra::cost::{Counts, usage};
use infra::settings::{Allowed, Range, Schedule, Text};
use infra_resources::cost::estimate;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Where a setting is: `web.scaling.min_tasks` as a JSON pointer.
fn place<'a>(settings: &'a mut Value, key: &str) -> &'a mut Value {
    settings
        .pointer_mut(&format!("/{}", key.replace('.', "/")))
        .unwrap_or_else(|| panic!("there is no {key}"))
}

/// Every setting that has no others in it, with its range.
fn ranges(prefix: &str, ranges: &[Range], found: &mut Vec<(String, Allowed, &'static str)>) {
    for range in ranges {
        let key = format!("{prefix}{}", range.key);
        match range.allowed {
            Allowed::Section(inner) => self::ranges(&format!("{key}."), inner, found),
            allowed => found.push((key, allowed, range.page)),
        }
    }
}

fn all() -> Vec<(String, Allowed, &'static str)> {
    let mut found = Vec::new();
    ranges("", &Settings::default().ranges(), &mut found);
    found
}

/// The keys of settings that have no others in them.
fn keys(prefix: &str, value: &Value, found: &mut BTreeSet<String>) {
    // A table of one's own names is empty by default.
    let Some(members) = value.as_object().filter(|members| !members.is_empty()) else {
        found.insert(prefix.to_owned());
        return;
    };
    for (name, member) in members {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        keys(&key, member, found);
    }
}

#[test]
fn every_setting_has_a_range_beside_its_declaration() {
    let mut declared = BTreeSet::new();
    keys("", &serde_json::to_value(Settings::default()).unwrap(), &mut declared);
    let with_range: BTreeSet<String> = all().into_iter().map(|(key, ..)| key).collect();
    let missing: Vec<_> = declared.difference(&with_range).collect();
    assert!(
        missing.is_empty(),
        "these settings have no range: {missing:?}; a new section's are to be in `Settings::ranges` (infra/src/settings.rs)"
    );
    let unknown: Vec<_> = with_range.difference(&declared).collect();
    assert!(unknown.is_empty(), "these ranges are of no setting: {unknown:?}");
}

#[test]
fn every_member_of_a_schedule_has_a_range() {
    let schedule = Schedule {
        name: "night".to_owned(),
        at: "rate(1 day)".to_owned(),
        timezone: None,
        min_tasks: 1,
        max_tasks: 2,
    };
    let members = serde_json::to_value(schedule).unwrap();
    let members: BTreeSet<&str> = members.as_object().unwrap().keys().map(String::as_str).collect();
    let schedules = all().into_iter().find(|(key, ..)| key == "web.scaling.schedule").unwrap().1;
    let Allowed::List(Allowed::Section(ranges), _) = schedules else { panic!("{schedules:?}") };
    assert_eq!(ranges.iter().map(|range| range.key).collect::<BTreeSet<_>>(), members);
}

#[test]
fn every_range_names_a_page_or_is_of_something_that_aws_does_not_see() {
    let without: Vec<_> =
        all().into_iter().filter(|(.., page)| page.is_empty()).map(|(key, ..)| key).collect();
    let of_the_apps =
        ["direct_upload", "strip_location", "drain_seconds", "slowest_upload_seconds", "forwarded_host"];
    let ours = |key: &String| {
        key.starts_with("uploads.")
            || ["protect", "runs_on", "enabled"].iter().chain(&of_the_apps).any(|it| key.ends_with(it))
    };
    assert!(without.iter().all(ours), "{without:?}");
}

/// Values just inside and just outside.
fn values(allowed: Allowed) -> (Vec<Value>, Vec<Value>) {
    match allowed {
        Allowed::Flag => (vec![json!(true), json!(false)], vec![json!("yes"), json!(1), json!(null)]),
        Allowed::Number(least, most) => {
            let mut outside = vec![json!(least - 1), json!(most + 1), json!(null), json!("many"), json!(1.5)];
            // One more than 32 and than 64 bits hold.
            outside.extend([json!(4_294_967_296_i64), json!(u64::MAX), json!([least])]);
            outside.retain(|value| !value.as_i64().is_some_and(|number| (least..=most).contains(&number)));
            (vec![json!(least), json!(most)], outside)
        }
        Allowed::OneOf(numbers) => {
            let near = numbers.iter().flat_map(|number| [number - 1, number + 1]);
            let outside = near.filter(|number| !numbers.contains(number)).map(|it| json!(it));
            (numbers.iter().map(|it| json!(it)).collect(), outside.collect())
        }
        Allowed::Word(words) => {
            let outside = words.iter().map(|word| json!(format!("{word}s")));
            (words.iter().map(|it| json!(it)).collect(), outside.chain([json!(""), json!(null)]).collect())
        }
        Allowed::Text(Text { is, such_as, unlike, .. }) => {
            assert!(!such_as.is_empty() && !unlike.is_empty(), "{is}: no examples");
            let long = json!("a".repeat(2000));
            let outside = unlike.iter().map(|it| json!(it)).chain([long, json!([1]), json!(null)]);
            (such_as.iter().map(|it| json!(it)).collect(), outside.collect())
        }
        Allowed::Optional(of) => {
            let (mut inside, mut outside) = values(*of);
            inside.push(json!(null));
            outside.retain(|value| !value.is_null());
            (inside, outside)
        }
        Allowed::List(of, most) => {
            let (inside, outside) = values(*of);
            let lists = |values: &[Value]| values.iter().map(|value| json!([value])).collect::<Vec<_>>();
            let too_many = Value::Array(vec![inside[0].clone(); most + 1]);
            let just_enough = Value::Array(vec![inside[0].clone(); most]);
            let inside = [lists(&inside), vec![json!([]), just_enough]].concat();
            (inside, [lists(&outside), vec![too_many, json!("no list"), json!(null)]].concat())
        }
        Allowed::Table(key, value, most) => {
            let with = |key: &str, value: &str| json!({ key: value });
            let (good_key, good_value) = (key.such_as[0], value.such_as[0]);
            let mut inside = vec![json!({})];
            inside.extend(key.such_as.iter().map(|key| with(key, good_value)));
            inside.extend(value.such_as.iter().map(|value| with(good_key, value)));
            let mut outside = vec![json!("no table"), json!(null), json!([]), json!({ good_key: 1 })];
            outside.extend(key.unlike.iter().map(|key| with(key, good_value)));
            outside.extend(value.unlike.iter().map(|value| with(good_key, value)));
            let many = |count: usize| (0..count).map(|it| (format!("key{it}"), json!(good_value))).collect();
            inside.push(Value::Object(many(most)));
            outside.push(Value::Object(many(most + 1)));
            (inside, outside)
        }
        Allowed::Section(ranges) => {
            let sound = |range: &Range| (range.key.to_owned(), values(range.allowed).0[0].clone());
            let sound: serde_json::Map<String, Value> = ranges.iter().map(sound).collect();
            let with = |key: &str, value: Value| {
                let mut section = sound.clone();
                section.insert(key.to_owned(), value);
                Value::Object(section)
            };
            let (mut inside, mut outside) =
                (vec![Value::Object(sound.clone())], vec![json!("text"), json!(null)]);
            for range in ranges {
                let (of_inside, of_outside) = values(range.allowed);
                inside.extend(of_inside.into_iter().map(|value| with(range.key, value)));
                outside.extend(of_outside.into_iter().map(|value| with(range.key, value)));
            }
            (inside, outside)
        }
    }
}

/// What is wrong with the defaults once this is set as a person sets it, or as a program that is edited has it.
fn refusals(key: &str, value: &Value) -> String {
    let given = Settings::with_overrides(&[format!("{key}={value}")]);
    let settings = match given {
        Ok(settings) => settings,
        Err(error) => return error.to_string(),
    };
    let violations: Vec<String> = settings.violations().iter().map(ToString::to_string).collect();
    violations.join("\n")
}

/// Whether the refusals are about the range of this setting, not about others that it is at odds with.
fn is_refused(key: &str, value: &Value, refusals: &str) -> bool {
    let of_range = |line: &str| ["=", "[", "."].iter().any(|next| line.starts_with(&format!("{key}{next}")));
    let at_odds = [
        "on this one the app serves its metrics",
        ".scaling.enabled=false",
        "set load_balancer.certificate to the ARN of a certificate for it as well",
        // Early success, which may come no earlier than with the tasks that stay healthy anyway.
        "minimum_healthy_percent=100 to 100",
    ];
    let found =
        refusals.lines().any(|line| of_range(line) && !at_odds.iter().any(|words| line.contains(words)));
    assert!(found || !refusals.contains("can't be read"), "{key}={value}: {refusals}");
    found
}

#[test]
fn values_just_inside_their_range_are_taken() {
    for (key, allowed, _) in all() {
        for value in values(allowed).0 {
            let refusals = refusals(&key, &value);
            assert!(!is_refused(&key, &value, &refusals), "{key}={value}: {refusals}");
        }
    }
}

#[test]
fn values_just_outside_their_range_are_refused_with_the_range_and_its_page() {
    for (key, allowed, page) in all() {
        for value in values(allowed).1 {
            let refusals = refusals(&key, &value);
            assert!(is_refused(&key, &value, &refusals), "{key}={value} is taken; {refusals}");
            assert!(refusals.contains("allowed is ") && refusals.contains(page), "{key}={value}: {refusals}");
        }
    }
}

/// Numbers at their edges are computed with before anything is sent; nothing overflows.
#[test]
fn a_stack_and_its_cost_can_be_computed_with_values_at_the_edge() {
    for (key, allowed, _) in all() {
        for value in values(allowed).0 {
            for elsewhere in
                [&[][..], &["web.runs_on=ec2"], &["web.runs_on=fargate-spot", "php.runs_on=fargate"]]
            {
                let given = elsewhere.iter().map(|&text| text.to_owned()).chain([format!("{key}={value}")]);
                let given: Vec<String> = given.collect();
                let Ok(settings) = Settings::with_overrides(&given) else { panic!("{given:?}") };
                // It may be at odds with others.
                drop(infra::check(&"demo".parse().unwrap(), &settings, None));
                let counts = Counts { zones: 3, ..Counts::default() };
                drop(estimate(&usage(&settings, &counts)));
            }
        }
    }
    let most = |key: &str| format!("{key}={}", i32::MAX);
    let given =
        ["web.desired_count", "php.desired_count", "web.maximum_percent", "php.maximum_percent"].map(most);
    for runs_on in ["fargate", "fargate-spot", "ec2"] {
        let places = ["web", "php"].map(|app| format!("{app}.runs_on={runs_on}"));
        let settings = Settings::with_overrides(&[given.to_vec(), places.to_vec()].concat()).unwrap();
        drop(infra::check(&"demo".parse().unwrap(), &settings, None));
        drop(estimate(&usage(&settings, &Counts { zones: 3, ..Counts::default() })));
    }
}

#[test]
fn the_defaults_are_inside_and_a_default_that_is_edited_is_checked_as_well() {
    assert_eq!(Settings::default().violations(), []);
    let mut edited = serde_json::to_value(Settings::default()).unwrap();
    *place(&mut edited, "ec2.key_pair") = json!("");
    *place(&mut edited, "web.scaling.cpu_percent") = json!(101);
    let edited = Settings::read(apps::ALL, edited).unwrap();
    let keys: Vec<_> = edited.violations().into_iter().map(|violation| violation.key).collect();
    assert_eq!(keys, ["ec2.key_pair", "web.scaling.cpu_percent"]);
}

fn checked(overrides: &[&str], region: Option<&str>) -> Result<(), String> {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    let settings = Settings::with_overrides(&overrides).map_err(|error| error.to_string())?;
    infra::check(&"demo".parse().unwrap(), &settings, region).map_err(|error| error.to_string())
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let wrong = [
        "logs.retention_in_days=2",
        "load_balancer.idle_timeout_seconds=4001",
        "registry.keep_images=0",
        "storage.abort_incomplete_uploads_after_days=-1",
        "ec2.root_volume_gib=65537",
        "php.scaling.max_tasks=2147483648",
        "web.memory_mib=1024",
        r#"web.scaling.schedule=[{"name":"a/b","at":"cron(0 8 * * *)","timezone":"CEST","min_tasks":1,"max_tasks":1}]"#,
    ];
    let error = checked(&wrong, None).unwrap_err();
    let parts = [
        "logs.retention_in_days=2: allowed is one of 1, 3, 5,",
        "load_balancer.idle_timeout_seconds=4001: allowed is 1 to 4000 (AWS: LoadBalancerAttribute",
        "registry.keep_images=0: allowed is 1 to",
        "storage.abort_incomplete_uploads_after_days=-1: allowed is 0 to",
        "ec2.root_volume_gib=65537: allowed is 30 to 65536 (AWS: ",
        "php.scaling.max_tasks=2147483648: allowed is 0 to 2147483647 (AWS: ",
        "web.scaling.schedule[0].name=a/b",
        "web.scaling.schedule[0].at=cron(0 8 * * *)",
        "web.scaling.schedule[0].timezone=CEST",
        "T10: memory",
    ];
    let missing: Vec<_> = parts.into_iter().filter(|part| !error.contains(part)).collect();
    assert!(missing.is_empty(), "{missing:#?} are not in: {error}");
}

#[test]
fn settings_and_the_stacks_name_are_refused_together() {
    let settings = Settings::with_overrides(&["logs.retention_in_days=2".to_owned()]).unwrap();
    let error = infra::check(&"sg".parse().unwrap(), &settings, None).unwrap_err().to_string();
    assert!(error.contains("retention_in_days=2") && error.contains("begins with `sg-`"), "{error}");
}

#[test]
fn the_rust_apps_port_is_not_that_of_its_metrics() {
    let error = checked(&["web.container_port=9090"], None).unwrap_err();
    assert!(error.contains("web.container_port=9090") && error.contains("metrics"), "{error}");
    // The PHP app has none.
    checked(&["php.container_port=9090"], None).unwrap();
}

#[test]
fn the_metrics_port_is_the_apps() {
    let config = include_str!("../../app/src/config.rs");
    let constant = format!("DEFAULT_METRICS_PORT: u16 = {};", apps::web::APP.metrics_port.unwrap());
    assert!(config.contains(&constant), "the app's metrics are on another port than infra/src/settings says");
}

#[test]
fn counts_that_are_at_odds_are_refused() {
    let error = checked(&["web.desired_count=1", "web.scaling.min_tasks=3"], None).unwrap_err();
    assert!(error.contains("web.desired_count=1") && error.contains("which are 3 and 4"), "{error}");
    checked(&["web.desired_count=1", "web.scaling.min_tasks=3", "web.scaling.enabled=false"], None).unwrap();
}

#[test]
fn an_image_of_another_partition_is_refused_where_the_region_is_known() {
    let image = "web.image=123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web:1";
    let error = checked(&[image], Some("eu-west-1")).unwrap_err();
    assert!(error.contains("aws-cn") && error.contains("web.image="), "{error}");
    checked(&[image], Some("cn-northwest-1")).unwrap();
    checked(&[image], None).unwrap();
}
