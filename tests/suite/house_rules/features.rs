//! Nothing is compiled twice.

use std::collections::BTreeSet;

use e2e::command::cargo_command;

/// `cargo test --workspace` chooses the features of dependencies for tests as well, and the programs that tests start are built
/// without them. A feature that only tests ask for would have every crate above it, the AWS SDK among them, compiled again.
#[tokio::test]
async fn crates_have_the_same_features_with_tests_and_without() {
    let (without, with) = (features("normal,build").await, features("normal,build,dev").await);
    let others: Vec<_> = without.difference(&with).collect();
    assert!(others.is_empty(), "built once more for tests, with other features: {others:#?}");
}

async fn features(edges: &str) -> BTreeSet<String> {
    let tree = format!("tree --workspace --locked --edges {edges} --prefix none --format");
    let tree = cargo_command(&tree).arg("{p} {f}").ends_with(0).await;
    tree.stdout.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}
