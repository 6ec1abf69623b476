//! For whom calls are made: who makes them, writes them down or repeats them finds it here.

use crate::operations::Operations;

tokio::task_local! {
    /// The resource that a call is made for: `service/web`, or a kind alone where all of it are listed.
    pub static RESOURCE: String;
    /// What the kind that makes it declares of its operations.
    pub static OPERATIONS: Operations;
}

/// Lets a kind with these operations make calls for a resource.
pub(crate) async fn calls_for<T>(
    resource: impl ToString,
    operations: Operations,
    calls: impl Future<Output = T>,
) -> T {
    RESOURCE.scope(resource.to_string(), OPERATIONS.scope(operations, calls)).await
}
