//! What may be left in the bucket by an upload that failed or an image that was deleted, and its removal.

use std::time::Duration;

use futures::{StreamExt, future, stream};

use crate::App;
use crate::error::causes;
use crate::storage::{Storage, StorageError};

/// Pauses between the tries: an S3 that fails an upload often fails its removal, too. All of them fit into the time that
/// ECS leaves a task that it stops.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(10)];

/// So many are removed at the same time.
const AT_A_TIME: usize = 8;

/// Keys under which something may be stored.
#[derive(Debug, Default)]
pub struct Cleanup(Vec<Leftover>);

#[derive(Debug)]
struct Leftover {
    key: String,
    in_parts: bool,
}

impl Cleanup {
    /// An object may be stored under this key.
    pub fn object(&mut self, key: &str) {
        self.0.push(Leftover { key: key.to_owned(), in_parts: false });
    }

    /// An object, or parts of one, may be stored under this key.
    pub fn parts(&mut self, key: &str) {
        self.0.push(Leftover { key: key.to_owned(), in_parts: true });
    }

    /// Removes everything: tries once at once, and goes on in the background if that was not enough.
    pub async fn remove(self, app: &App) {
        let rest = self.try_to_remove(app).await;
        if rest.0.is_empty() {
            return;
        }
        let for_later = app.clone();
        app.tasks.spawn(async move {
            let mut rest = rest;
            for pause in PAUSES {
                tokio::time::sleep(pause).await;
                rest = rest.try_to_remove(&for_later).await;
                if rest.0.is_empty() {
                    return;
                }
            }
            let keys: Vec<_> = rest.0.iter().map(|leftover| &leftover.key).collect();
            tracing::error!(?keys, "these stay behind in the bucket: delete them by hand");
        });
    }

    async fn try_to_remove(self, app: &App) -> Self {
        let removals = stream::iter(self.0).map(async |leftover| match leftover.remove(&app.storage).await {
            Ok(()) => {
                app.has_changed(&leftover.key);
                None
            }
            Err(error) => {
                tracing::warn!(cause = causes(&error), "{error}: it is tried again");
                Some(leftover)
            }
        });
        Self(removals.buffer_unordered(AT_A_TIME).filter_map(future::ready).collect().await)
    }
}

impl Leftover {
    async fn remove(&self, storage: &Storage) -> Result<(), StorageError> {
        if self.in_parts {
            storage.abort_parts(&self.key).await?;
        }
        // An upload whose last answer was lost is an object already.
        storage.delete(&self.key).await
    }
}
