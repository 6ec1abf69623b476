//! The rules that the code itself is held to.

mod features;
mod operations;

use std::path::{Path, PathBuf};

use e2e::command::{cargo_command, xtask};
use e2e::{repository, sdk};

const LONGEST_FILE: usize = 400;

/// The files that know what AWS's partitions are called. The apps have their own: neither is built with the others.
const KNOW_PARTITIONS: [&str; 3] =
    ["infra/resources/src/partition.rs", "app/src/storage/dns_suffix.rs", "php-app/src/DnsSuffix.php"];

/// Where AWS is called in earnest, and what that stands on.
const HOSTS: [&str; 9] = ["aws", "deploy", "ecs", "engine", "lease", "options", "resources", "src", "wire"];

/// Emulators of AWS.
const EMULATORS: [&str; 5] = ["fakecloud", "localemu", "localstack", "ministack", "moto"];

#[test]
fn every_rust_file_says_what_lives_there() {
    let silent: Vec<_> = rust_files().into_iter().filter(|file| !text_of(file).starts_with("//!")).collect();
    assert!(silent.is_empty(), "these do not begin with `//!`: {silent:#?}");
}

#[test]
fn no_rust_file_is_long() {
    let long: Vec<_> =
        rust_files().into_iter().filter(|file| text_of(file).lines().count() > LONGEST_FILE).collect();
    assert!(long.is_empty(), "these have more than {LONGEST_FILE} lines: {long:#?}");
}

#[test]
fn arns_and_hosts_of_aws_are_written_in_one_place() {
    let mut files = Vec::new();
    for folder in ["app", "infra", "xtask", "php-app/src"] {
        collect(&repository().join(folder), &["rs", "php"], &mut files);
    }
    let production = |file: &PathBuf| {
        let path = file.strip_prefix(repository()).unwrap_or(file);
        let of_tests =
            |part: &std::ffi::OsStr| ["tests", "tests.rs", "benches", "target"].iter().any(|it| part == *it);
        !path.iter().any(of_tests) && !KNOW_PARTITIONS.iter().any(|known| path == Path::new(known))
    };
    let mut written = Vec::new();
    for file in files.into_iter().filter(production) {
        let text = text_of(&file);
        // Unit tests are at the end; comments may give an example.
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(&text);
        let lines = code
            .lines()
            .map(str::trim_start)
            .filter(|line| !line.starts_with("//") && !line.starts_with('*'));
        let of_one = lines.filter(|line| ["arn:aws", "amazonaws."].iter().any(|text| line.contains(text)));
        written.extend(of_one.map(|line| format!("{}: {line}", file.display())));
    }
    assert!(
        written.is_empty(),
        "these hold for one partition only; see infra/resources/src/partition.rs: {written:#?}"
    );
}

/// Faults and short times are the tests' own: `tests/src/overrides.rs` reads the variables that ask for them.
#[test]
fn no_variable_of_the_tests_is_read_outside_of_them() {
    let mut files = Vec::new();
    for folder in ["infra", "xtask"] {
        collect(&repository().join(folder), &["rs"], &mut files);
    }
    let is_named = |file: &PathBuf| text_of(file).contains("IMAGE_APP_");
    let named: Vec<_> = files.into_iter().filter(is_named).collect();
    assert!(named.is_empty(), "these name a variable of the tests: {named:#?}");
}

#[test]
fn emulators_are_guests() {
    let mut files = Vec::new();
    for folder in HOSTS {
        collect(&repository().join("infra").join(folder), &["rs", "toml"], &mut files);
    }
    let names = |line: &str| {
        // The crate itself, and what wraps kinds and calls in it.
        let line = line.to_ascii_lowercase().replace("infra_emulators", "").replace("infra-emulators", "");
        EMULATORS.iter().any(|name| line.contains(name)) || line.contains("is_emulated")
    };
    let mut named = Vec::new();
    for file in files {
        let text = text_of(&file);
        let lines = text.lines().enumerate().filter(|(_, line)| names(line));
        named.extend(lines.map(|(number, line)| format!("{}:{}: {line}", file.display(), number + 1)));
    }
    assert!(
        named.is_empty(),
        "what an emulator gets wrong belongs into infra/emulators/src/table.rs: {named:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_edited_most_builds_without_the_aws_sdk() {
    for package in ["infra", "infra-ecs", "infra-engine", "infra-options", "infra-resources", "xtask"] {
        let sdks = sdks_of(package).await;
        assert!(sdks.is_empty(), "{package} depends on {sdks:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_provider_depends_on_the_largest_sdk() {
    let tree =
        cargo_command("tree --quiet --workspace --invert aws-sdk-ec2 --depth 1 --prefix none --format {lib}");
    let tree = tree.ends_with(0).await;
    let users: Vec<_> = tree.stdout.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(users, ["aws_sdk_ec2", "infra_aws"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_kinds_declare_fits_together() {
    let problems = sdk::kinds().await.problems();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_in_the_documentation_exist() {
    let mut pages = vec![repository().join("README.md")];
    let docs = std::fs::read_dir(repository().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    pages.extend(docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    for page in pages {
        let text = text_of(&page);
        let is_readme = page.ends_with("README.md");
        assert!(!is_readme || text.contains("cargo xtask "), "the README names no command");
        for line in text.lines() {
            commands_exist(line, &page).await;
        }
    }
}

/// Each `cargo xtask` in a line of documentation has a command, and its flags, that `--help` knows.
async fn commands_exist(line: &str, page: &Path) {
    for (index, prefix) in line.match_indices("cargo xtask ") {
        let words = line[index + prefix.len()..].split(|c: char| c.is_whitespace() || "`,.;:)|#".contains(c));
        let words: Vec<_> = words.take_while(|word| !word.is_empty()).collect();
        let is_command = |word: &&&str| word.starts_with(|c: char| c.is_ascii_lowercase());
        let Some(mut command) = words.first().filter(is_command).map(|word| (*word).to_owned()) else {
            continue;
        };
        // `simulate` has commands of its own.
        if let Some(nested) = words.get(1).filter(is_command).filter(|_| command == "simulate") {
            command = format!("{command} {nested}");
        }
        let help = xtask(&format!("{command} --help")).end().await;
        assert_eq!(help.code, Some(0), "{} has `{}`: {help}", page.display(), line.trim());
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            let name = flag.split('=').next().unwrap_or(flag);
            assert!(
                help.stdout.contains(name),
                "{} has `{}`, but no {name}: {help}",
                page.display(),
                line.trim()
            );
        }
    }
}

async fn sdks_of(package: &str) -> Vec<String> {
    let words =
        format!("tree --quiet --package {package} --edges normal,build --prefix none --format {{lib}}");
    let tree = cargo_command(&words).ends_with(0).await;
    tree.stdout.lines().filter(|line| line.starts_with("aws_sdk")).map(str::to_owned).collect()
}

fn text_of(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["app", "infra", "tests", "xtask"] {
        collect(&repository().join(folder), &["rs"], &mut files);
    }
    assert!(files.len() > 50, "the files were not found");
    files
}

fn collect(folder: &Path, extensions: &[&str], files: &mut Vec<PathBuf>) {
    let unreadable = |error: std::io::Error| -> ! { panic!("{}: {error}", folder.display()) };
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| unreadable(error)) {
        let path = entry.unwrap_or_else(|error| unreadable(error)).path();
        if path.is_dir() {
            collect(&path, extensions, files);
        } else if path.extension().is_some_and(|extension| extensions.iter().any(|it| extension == *it)) {
            files.push(path);
        }
    }
}
