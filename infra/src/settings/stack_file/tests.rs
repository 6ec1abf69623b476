//! Files of stacks: what they give, in what order, and what is said of what is wrong in them.

use super::super::{Given, Listed, Settings};
use super::*;
use crate::apps::ALL;
use std::path::PathBuf;
use tempfile::TempDir;

/// A checkout with these files of stacks.
struct Checkout(TempDir);

impl Checkout {
    fn of(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join(FOLDER)).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(format!("{FOLDER}/{name}.toml")), text).unwrap();
        }
        Self(folder)
    }

    fn given(&self, stack: &str, set: &[&str]) -> Result<Given, String> {
        let set: Vec<String> = set.iter().map(|&text| text.to_owned()).collect();
        Given::of_stack(self.0.path(), &stack.parse().unwrap(), &set).map_err(|error| error.to_string())
    }

    fn settings(&self, stack: &str, set: &[&str]) -> Result<Settings, String> {
        Settings::default().overridden(&self.given(stack, set)?).map_err(|error| error.to_string())
    }

    fn listed(&self, stack: &str, set: &[&str], key: &str) -> Listed {
        let all = Settings::listed(ALL, &self.given(stack, set).unwrap()).unwrap();
        all.into_iter().find(|it| it.key == key).unwrap()
    }
}

#[test]
fn a_stack_without_a_file_has_the_defaults() {
    assert_eq!(Checkout::of(&[]).settings("demo", &[]).unwrap(), Settings::default());
    let nowhere = PathBuf::from("/nowhere");
    assert_eq!(Given::of_stack(&nowhere, &"demo".parse().unwrap(), &[]).unwrap(), Given::default());
}

#[test]
fn tables_and_dotted_keys_give_the_same() {
    for text in [
        "web.scaling.max_tasks = 9\nweb.scaling.cpu_percent = 50",
        "[web.scaling]\nmax_tasks = 9\ncpu_percent = 50",
        "[web]\nscaling = { max_tasks = 9, cpu_percent = 50 }",
        "web = { scaling.max_tasks = 9, scaling.cpu_percent = 50 }",
    ] {
        let scaling =
            Checkout::of(&[("demo", text)]).settings("demo", &[]).unwrap().apps["web"].scaling.clone();
        assert_eq!((scaling.max_tasks, scaling.cpu_percent), (9, Some(50)), "{text}");
    }
}

#[test]
fn lists_and_tables_in_lists_are_values() {
    let text = "[network]\nexcluded_zones = ['us-east-1e']\n[[web.scaling.schedule]]\nname = 'night'\n\
                at = 'rate(1 day)'\nmin_tasks = 1\nmax_tasks = 2\n";
    let settings = Checkout::of(&[("demo", text)]).settings("demo", &[]).unwrap();
    assert_eq!(settings.network.excluded_zones, ["us-east-1e"]);
    assert_eq!(settings.apps["web"].scaling.schedule[0].name, "night");
}

#[test]
fn a_file_goes_before_what_it_extends_and_the_command_line_before_both() {
    let checkout = Checkout::of(&[
        ("base", "logs.retention_in_days = 30\ntasks.kept_revisions = 5\nregistry.keep_images = 7"),
        ("demo", "extends = 'base'\n\ntasks.kept_revisions = 6\nregistry.keep_images = 8"),
    ]);
    let settings = checkout.settings("demo", &["registry.keep_images=9"]).unwrap();
    let numbers =
        (settings.logs.retention_in_days, settings.tasks.kept_revisions, settings.registry.keep_images);
    assert_eq!(numbers, (30, 6, 9));
    let origin = |key| checkout.listed("demo", &["registry.keep_images=9"], key).origin.to_string();
    assert_eq!(origin("logs.retention_in_days"), "infra/stacks/base.toml:1");
    assert_eq!(origin("tasks.kept_revisions"), "infra/stacks/demo.toml:3");
    assert_eq!(origin("registry.keep_images"), "--set");
    assert_eq!(origin("uploads.max_files"), "default");
}

#[test]
fn tags_of_a_file_come_beside_those_of_its_base() {
    let checkout = Checkout::of(&[
        ("base", "[tags]\nproject = 'one'\nteam = 'web'"),
        ("demo", "extends = 'base'\ntags.team = 'php'\ntags.'a.b' = 'c'"),
    ]);
    let settings = checkout.settings("demo", &["tags.cost.centre=4711"]).unwrap();
    let tags: Vec<_> = settings.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(tags, ["a.b=c", "cost.centre=4711", "project=one", "team=php"]);
    assert_eq!(checkout.settings("demo", &[r#"tags={"x": "y"}"#]).unwrap().tags.len(), 1);
    for (text, error) in [
        ("\ntags.'aws:a' = 'b'", "demo.toml:2: tags.aws:a=b: allowed is a tag's key"),
        ("tags.a = 1", "demo.toml:1: tags.a=1: allowed is a tag's value"),
        ("tags = 'a'", "demo.toml:1: tags=a: allowed is a table of at most 40"),
    ] {
        let said = Checkout::of(&[("demo", text)]).settings("demo", &[]).unwrap_err();
        assert!(said.contains(error), "{text}: {said}");
    }
}

#[test]
fn an_empty_text_takes_back_what_the_base_gives() {
    let checkout =
        Checkout::of(&[("base", "ec2.key_pair = 'mine'"), ("demo", "extends = 'base'\nec2.key_pair = ''")]);
    assert_eq!(checkout.settings("base", &[]).unwrap().ec2.key_pair.as_deref(), Some("mine"));
    assert_eq!(checkout.settings("demo", &[]).unwrap().ec2.key_pair, None);
}

#[test]
fn counts_of_a_file_move_the_defaults_and_are_moved_by_the_command_line() {
    let checkout = Checkout::of(&[("demo", "web.desired_count = 6\nweb.scaling.max_tasks = 8")]);
    let counts = |set: &[&str]| {
        let web = checkout.settings("demo", set).unwrap().apps["web"].clone();
        (web.scaling.min_tasks, web.desired_count, web.scaling.max_tasks)
    };
    assert_eq!(counts(&[]), (2, 6, 8));
    assert_eq!(counts(&["web.desired_count=12"]), (2, 12, 12));
    let moved = checkout.listed("demo", &["php.desired_count=9"], "php.scaling.max_tasks");
    assert_eq!((moved.origin, moved.value), (Origin::Moved, 9.into()));
    let moved = checkout.listed("demo", &["web.desired_count=12"], "web.scaling.max_tasks");
    assert_eq!((moved.origin, moved.value), (Origin::Moved, 12.into()));
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (text, error) in [
        (
            "[web]\n\ndesired_cuont = 2",
            "infra/stacks/demo.toml:3: web.desired_cuont: there is no such setting; did you mean web.desired_count?",
        ),
        (
            "[weeb]\ndesired_count = 2",
            "demo.toml:2: weeb.desired_count: there is no such setting; did you mean web",
        ),
        ("a.b = 1", "demo.toml:1: a.b: there is no such setting; the top level has "),
        (
            "\nweb.desired_count = 'two'",
            "demo.toml:2: web.desired_count=two: allowed is 0 to 2147483647 (AWS: ",
        ),
        ("logs.retention_in_days = 2", "demo.toml:1: logs.retention_in_days=2: allowed is one of 1, 3"),
        ("web.desired_count.max = 2", "demo.toml:1: web.desired_count.max: there is no such setting"),
        ("web = 3", "demo.toml:1: web=3: allowed is an object with runs_on"),
        ("web.runs_on = 2026-12-01", "demo.toml:1: web.runs_on=2026-12-01: allowed is one of fargate"),
        ("[web\n", "demo.toml:1: "),
        ("tasks.kept_revisions = 1\ntasks.kept_revisions = 2", "demo.toml:2: duplicate key"),
        ("extends = 3", "demo.toml:1: extends: allowed is the name of another file"),
        ("extends = '../base'", "demo.toml:1: extends: allowed is the name of another file"),
        (
            "\nextends = 'bse'",
            "demo.toml:2: extends = \"bse\": there is no infra/stacks/bse.toml; did you mean \"base\"?",
        ),
    ] {
        let said = Checkout::of(&[("base", ""), ("demo", text)]).settings("demo", &[]).unwrap_err();
        assert!(said.contains(error), "{text}: {said}");
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let checkout =
        Checkout::of(&[("base", "logs.days = 1"), ("demo", "extends = 'base'\nweb.desired_count = -1")]);
    let said = checkout.settings("demo", &["web.cpu=1"]).unwrap_err();
    for part in ["base.toml:1: logs.days", "demo.toml:2: web.desired_count=-1", "\nweb.cpu: there is no"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn files_that_extend_each_other_are_refused_with_both_names() {
    let checkout = Checkout::of(&[("a", "extends = 'b'"), ("b", "\nextends = 'a'"), ("c", "extends = 'c'")]);
    let said = checkout.given("a", &[]).unwrap_err();
    assert!(said.contains("infra/stacks/b.toml:2") && said.contains("infra/stacks/a.toml"), "{said}");
    assert!(checkout.given("c", &[]).unwrap_err().contains("c.toml:1"));
}

#[test]
fn every_setting_is_listed_with_a_text() {
    let all = Settings::listed(ALL, &Given::default()).unwrap();
    let without: Vec<_> = all.iter().filter(|it| it.text.is_empty()).map(|it| &it.key).collect();
    assert_eq!(without, [""; 0]);
    assert!(all.iter().all(|it| it.origin == Origin::Default && it.value == it.default));
}
