//! Names, images and tags: T03 to T07, T68, T73.

use super::checked::Checked;
use crate::rules::text::is_name;
use crate::rules::{Findings, Path, Rule};
use infra_engine::Output;
use std::collections::HashSet;

pub(super) const MOST_CONTAINERS: usize = 10;
const LONGEST_NAME: usize = 255;
const LONGEST_IMAGE: usize = 255;
const MOST_TAGS: usize = 50;
const LONGEST_TAG_KEY: usize = 128;
const LONGEST_TAG_VALUE: usize = 256;

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    let definition = task.definition;
    if !is_name(&definition.family, LONGEST_NAME) {
        findings.add(
            Rule::T03,
            &Path::at("family"),
            format!("\"{}\" is not a valid family name", definition.family),
        );
    }
    let count = definition.container_definitions.len();
    if !(1..=MOST_CONTAINERS).contains(&count) {
        findings.add(Rule::T04, &Path::at("containerDefinitions"), format!("{count} containers"));
    } else if !definition.container_definitions.iter().any(|container| container.is_essential()) {
        findings.add(Rule::T07, &Path::at("containerDefinitions"), "no container is essential");
    }
    names(task, findings);
    images(task, findings);
    tags(task, findings);
    if !definition.inference_accelerators.is_empty() {
        findings.add(Rule::T73, &Path::at("inferenceAccelerators"), "Elastic Inference has ended");
    }
}

fn names(task: &Checked<'_>, findings: &mut Findings) {
    let mut seen = HashSet::new();
    task.each_container(|container, path| {
        let (name, path) = (container.name(), path.member("name"));
        if name.is_empty() {
            findings.add(Rule::T05, &path, "the container has no name");
        } else if !is_name(name, LONGEST_NAME) {
            findings.add(Rule::T05, &path, format!("\"{name}\" is not a valid container name"));
        } else if !seen.insert(name) {
            findings.add(Rule::T05, &path, format!("another container is named \"{name}\", too"));
        }
    });
}

fn images(task: &Checked<'_>, findings: &mut Findings) {
    task.each_container(|container, path| {
        let path = path.member("image");
        match &container.image {
            None => findings.add(Rule::T06, &path, "the container has no image"),
            Some(Output::Of(_)) => {}
            Some(Output::Known(image)) if image.is_empty() => {
                findings.add(Rule::T06, &path, "the image is empty");
            }
            Some(Output::Known(image)) if image.chars().any(char::is_whitespace) => {
                findings.add(Rule::T06, &path, format!("\"{image}\" has white space in it"));
            }
            Some(Output::Known(image)) if image.len() > LONGEST_IMAGE => {
                findings.add(Rule::T06, &path, format!("the image's name has {} characters", image.len()));
            }
            Some(Output::Known(_)) => {}
        }
    });
}

fn tags(task: &Checked<'_>, findings: &mut Findings) {
    let (tags, path) = (&task.definition.tags, Path::at("tags"));
    if tags.len() > MOST_TAGS {
        findings.add(Rule::T68, &path, format!("{} tags", tags.len()));
    }
    let mut seen = HashSet::new();
    for (index, tag) in tags.iter().enumerate() {
        let path: Path<'_> = path.item(index);
        let key = tag.key.as_deref().unwrap_or_default();
        if let Some(problem) = key_problem(key) {
            findings.add(Rule::T68, &path.member("key"), format!("\"{key}\" {problem}"));
        } else if !seen.insert(key) {
            findings.add(Rule::T68, &path.member("key"), format!("another tag has the key \"{key}\", too"));
        }
        let value = tag.value.as_deref().unwrap_or_default();
        if value.chars().count() > LONGEST_TAG_VALUE {
            findings.add(Rule::T68, &path.member("value"), format!("{} characters", value.chars().count()));
        }
    }
}

fn key_problem(key: &str) -> Option<&'static str> {
    if key.is_empty() {
        Some("is not a valid key")
    } else if key.chars().count() > LONGEST_TAG_KEY {
        Some("is too long for a key")
    } else if key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
        Some("begins as AWS's own tags do")
    } else {
        None
    }
}
