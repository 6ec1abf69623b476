//! One runtime for the Docker client. All tests of a program share that client and its connections, but each test has
//! a runtime of its own: a connection that was opened on one would never answer after that one's end.

use std::future::Future;
use std::sync::LazyLock;

use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Runtime::new().unwrap_or_else(|error| panic!("there is no runtime: {error}")));

/// Runs a task on it.
///
/// # Panics
/// When the task panics, with its words.
pub async fn run<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> T {
    match RUNTIME.spawn(task).await {
        Ok(output) => output,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Runs a task on it to its end, where nothing can be awaited: in `drop`.
pub fn block_on<T>(task: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| RUNTIME.block_on(task))
}
