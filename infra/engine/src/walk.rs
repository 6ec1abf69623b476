//! Walking a graph in parallel: each node as soon as those it depends on are done.

use futures::stream::{FuturesUnordered, StreamExt};
use std::future::Future;

/// Runs `visit` for every node, each after those in its `dependencies`, independent ones at the same time. How many calls are
/// made at the same time is up to who makes them.
///
/// After a failure no further node is begun; those under way are let finish. Gives all failures.
pub async fn walk<'a, E, F, Visited>(dependencies: &'a [Vec<usize>], visit: F) -> Vec<E>
where
    F: Fn(usize) -> Visited + 'a,
    Visited: Future<Output = Result<(), E>> + 'a,
{
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
        let Some((done, result)) = running.next().await else { return failures };
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
        let failures: Vec<()> = walk(&diamond(), |node| {
            order.lock().unwrap().push(node);
            async move {
                tokio::task::yield_now().await;
                Ok(())
            }
        })
        .await;
        let order = order.into_inner().unwrap();
        assert!(failures.is_empty());
        assert_eq!((order[0], order[3], order.len()), (0, 3, 4));
    }

    #[tokio::test]
    async fn nothing_that_depends_on_a_failure_is_begun() {
        let begun = Mutex::new(Vec::new());
        let failures = walk(&diamond(), |node| {
            begun.lock().unwrap().push(node);
            async move { if node == 1 { Err("boom") } else { Ok(()) } }
        })
        .await;
        assert_eq!(failures, ["boom"]);
        assert!(!begun.into_inner().unwrap().contains(&3));
    }

    #[tokio::test]
    async fn independent_nodes_are_worked_on_at_the_same_time() {
        let barrier = tokio::sync::Barrier::new(2);
        let failures: Vec<()> = walk(&[vec![], vec![]], |_| async {
            barrier.wait().await;
            Ok(())
        })
        .await;
        assert!(failures.is_empty());
    }
}
