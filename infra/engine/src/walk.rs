//! Walking a graph in parallel: each node as soon as those it depends on are done.

use crate::failure::{Failure, ResourceFailure, ResourceFailures};
use crate::id::ResourceId;
use futures::stream::{FuturesUnordered, StreamExt};
use std::future::Future;

/// Why a walk did not come to its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfinished<E> {
    /// Visits failed; all of their failures.
    Failed(Vec<E>),
    /// These nodes depend on each other, or on such nodes: none of them can be the first. Nothing was visited.
    Cycle(Vec<usize>),
}

impl<E: Into<ResourceFailures>> Unfinished<E> {
    /// As failures of resources: of those that were visited, or of an action on those of a cycle.
    pub fn into_failures(
        self,
        action: &'static str,
        resource: impl Fn(usize) -> (ResourceId, String),
    ) -> ResourceFailures {
        match self {
            Self::Failed(failures) => {
                let failures = failures.into_iter().map(Into::into);
                ResourceFailures(failures.flat_map(|ResourceFailures(some)| some).collect())
            }
            Self::Cycle(nodes) => {
                let names: Vec<String> = nodes.iter().map(|&node| resource(node).0.to_string()).collect();
                let others = names.join(", ");
                let failure = |&node: &usize| {
                    let (id, name) = resource(node);
                    let source = Failure::new(format!(
                        "none of these can be the first, as each waits for another one: {others}"
                    ))
                    .hint("this is a fault of the tool: nothing was changed in this step; please report it");
                    ResourceFailure { action, id, name, source }
                };
                ResourceFailures(nodes.iter().map(failure).collect())
            }
        }
    }
}

/// Runs `visit` for every node, each after those in its `dependencies`, independent ones at the same time. How many calls are
/// made at the same time is up to who makes them.
///
/// After a failure no further node is begun; those under way are let finish.
///
/// # Errors
/// All failures; or a cycle, in which case no node is visited.
pub async fn walk<'a, E, F, Visited>(dependencies: &'a [Vec<usize>], visit: F) -> Result<(), Unfinished<E>>
where
    F: Fn(usize) -> Visited + 'a,
    Visited: Future<Output = Result<(), E>> + 'a,
{
    let stuck = never_ready(dependencies);
    if !stuck.is_empty() {
        return Err(Unfinished::Cycle(stuck));
    }
    let mut missing: Vec<usize> = dependencies.iter().map(Vec::len).collect();
    let mut ready: Vec<usize> = (0..dependencies.len()).filter(|node| missing[*node] == 0).rev().collect();
    let mut running = FuturesUnordered::new();
    let mut failures = Vec::new();
    loop {
        while failures.is_empty()
            && let Some(node) = ready.pop()
        {
            let visited = visit(node);
            running.push(async move { (node, visited.await) });
        }
        let Some((done, result)) = running.next().await else { break };
        if let Err(failure) = result {
            failures.push(failure);
        }
        for (node, needed) in dependencies.iter().enumerate() {
            if needed.contains(&done) {
                missing[node] -= 1;
                if missing[node] == 0 {
                    ready.push(node);
                }
            }
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(Unfinished::Failed(failures)) }
}

/// The nodes on a cycle, and those that come after one: what is left when nodes that depend on none of the rest are taken away.
fn never_ready(dependencies: &[Vec<usize>]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..dependencies.len()).collect();
    loop {
        let (waiting, free): (Vec<usize>, Vec<usize>) =
            left.iter().partition(|&&node| dependencies[node].iter().any(|needed| left.contains(needed)));
        if free.is_empty() {
            return waiting;
        }
        left = waiting;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// 0 <- 1 <- 3, 0 <- 2 <- 3
    fn diamond() -> Vec<Vec<usize>> {
        vec![vec![], vec![0], vec![0], vec![1, 2]]
    }

    #[tokio::test]
    async fn each_node_comes_after_its_dependencies() {
        let order = Mutex::new(Vec::new());
        let walked = walk(&diamond(), |node| {
            order.lock().unwrap().push(node);
            async move {
                tokio::task::yield_now().await;
                Ok::<_, ()>(())
            }
        })
        .await;
        let order = order.into_inner().unwrap();
        assert_eq!(walked, Ok(()));
        assert_eq!((order[0], order[3], order.len()), (0, 3, 4));
    }

    #[tokio::test]
    async fn nothing_that_depends_on_a_failure_is_begun() {
        let begun = Mutex::new(Vec::new());
        let walked = walk(&diamond(), |node| {
            begun.lock().unwrap().push(node);
            async move { if node == 1 { Err("boom") } else { Ok(()) } }
        })
        .await;
        assert_eq!(walked, Err(Unfinished::Failed(vec!["boom"])));
        assert!(!begun.into_inner().unwrap().contains(&3));
    }

    #[tokio::test]
    async fn independent_nodes_are_worked_on_at_the_same_time() {
        let barrier = tokio::sync::Barrier::new(2);
        let walked = walk(&[vec![], vec![]], |_| async {
            barrier.wait().await;
            Ok::<_, ()>(())
        })
        .await;
        assert_eq!(walked, Ok(()));
    }

    #[tokio::test]
    async fn a_cycle_is_an_error_and_nothing_is_visited() {
        let cycles: [&[Vec<usize>]; 3] =
            [&[vec![0]], &[vec![1], vec![0], vec![]], &[vec![], vec![0, 2], vec![1], vec![2]]];
        for (dependencies, stuck) in cycles.into_iter().zip([vec![0], vec![0, 1], vec![1, 2, 3]]) {
            let visited = Mutex::new(Vec::new());
            let walked = walk(dependencies, |node| {
                visited.lock().unwrap().push(node);
                async move { Ok::<_, ()>(()) }
            })
            .await;
            assert_eq!(walked, Err(Unfinished::Cycle(stuck)));
            assert!(visited.into_inner().unwrap().is_empty());
        }
    }
}
