//! The README and the pages in docs/ show what is in the repository: their excerpts, links and pictures.

use std::path::{Path, PathBuf};

use e2e::repository;

/// Stands before a block of code that is an excerpt of a file.
const FROM: &str = "<!-- from ";

#[test]
fn every_excerpt_is_in_the_file_that_it_names() {
    let mut count = 0;
    for page in pages() {
        let text = text_of(&page);
        for (index, _) in text.match_indices(FROM) {
            let (file, block) = excerpt(&text[index + FROM.len()..]);
            let source = text_of(&repository().join(file));
            assert!(
                source.contains(block),
                "{} shows this of {file}, which has it no more:\n{block}",
                page.display()
            );
            count += 1;
        }
    }
    assert!(count >= 2, "the README shows no code any more");
}

#[test]
fn every_link_to_a_file_leads_to_one() {
    let mut count = 0;
    for page in pages() {
        let text = text_of(&page);
        let folder = page.parent().unwrap();
        for (index, prefix) in text.match_indices("](") {
            let target = text[index + prefix.len()..].split([')', '#']).next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.contains(char::is_whitespace) {
                continue;
            }
            assert!(folder.join(target).exists(), "{} links to {target}, which is not there", page.display());
            count += 1;
        }
    }
    assert!(count > 20, "the links were not found");
}

#[test]
fn the_license_is_the_one_that_the_manifest_names() {
    let manifest = text_of(&repository().join("Cargo.toml"));
    assert!(manifest.contains("license = \"MIT\""), "the manifest names another license");
    assert!(text_of(&repository().join("LICENSE")).starts_with("MIT License\n"));
}

/// A file's path and what of it is shown: `FILE -->`, then a block of code.
fn excerpt(text: &str) -> (&str, &str) {
    let (file, rest) = text.split_once(" -->\n```").unwrap_or_else(|| panic!("no block of code: {text:.80}"));
    let (_language, rest) = rest.split_once('\n').unwrap_or_default();
    let (block, _) = rest.split_once("```").unwrap_or_else(|| panic!("{file}: the block has no end"));
    (file, block)
}

fn pages() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(repository().join("docs")).unwrap_or_else(|error| panic!("docs: {error}"));
    let docs = docs.map(|entry| entry.unwrap_or_else(|error| panic!("docs: {error}")).path());
    let pages = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.chain([repository().join("README.md")]).collect()
}

fn text_of(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
