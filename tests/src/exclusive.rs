//! Which tests may run at the same time: taking a local AWS down removes the apps' images from this machine.

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::shared;

static APP_IMAGES: RwLock<()> = RwLock::const_new(());

/// For a test that runs the apps' images; others like it may run too.
pub async fn uses_app_images() -> RwLockReadGuard<'static, ()> {
    APP_IMAGES.read().await
}

/// For a test at whose end the apps' images are gone.
pub async fn removes_app_images() -> RwLockWriteGuard<'static, ()> {
    let images = APP_IMAGES.write().await;
    shared::end().await;
    images
}
