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

/// Waits for a task, where nothing can be awaited: before a test has a runtime.
pub fn block_on<T>(task: impl Future<Output = T>) -> T {
    RUNTIME.block_on(task)
}

/// Runs a task on it to its end, blocking this thread: for `drop`, inside of a runtime as well. A nested `block_on`
/// would swallow what wakes the outer one.
pub fn finish(task: impl Future<Output = ()> + Send + 'static) {
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    RUNTIME.spawn(async move {
        task.await;
        drop(done);
    });
    // It ends, with an error, when the sender is dropped.
    is_done.recv().ok();
}
