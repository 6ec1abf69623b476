//! What the user wishes while rollouts are followed: Ctrl-C stops or detaches, it does not simply end the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::watch;

/// What is wished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wish {
    /// To see how it ends.
    #[default]
    Follow,
    /// To stop what is deployed now, go back, and see that end.
    Stop,
    /// To wait no longer; ECS goes on.
    Detach,
}

/// Takes wishes to all that follow a rollout.
#[derive(Debug, Default)]
pub struct Control {
    wish: watch::Sender<Wish>,
    following: AtomicUsize,
}

impl Control {
    /// Says that a rollout is followed, for as long as what is given lives.
    pub fn follow(control: &Arc<Self>) -> Following {
        control.following.fetch_add(1, Ordering::SeqCst);
        Following(Arc::clone(control))
    }

    /// Whether a rollout is followed now.
    pub fn is_following(&self) -> bool {
        self.following.load(Ordering::SeqCst) > 0
    }

    /// Wishes something; who wants to detach is not held by an earlier wish to stop.
    pub fn ask(&self, wish: Wish) {
        self.wish.send_modify(|now| *now = wish.max(*now));
    }

    /// What is wished now.
    pub fn wish(&self) -> Wish {
        *self.wish.borrow()
    }

    /// Waits for another wish.
    pub async fn changed(&self) {
        // The sender lives as long as this does.
        self.wish.subscribe().changed().await.ok();
    }
}

/// A rollout is followed while this lives.
#[derive(Debug)]
pub struct Following(Arc<Control>);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.following.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_to_detach_is_stronger_than_one_to_stop() {
        let control = Control::default();
        control.ask(Wish::Detach);
        control.ask(Wish::Stop);
        assert_eq!(control.wish(), Wish::Detach);
    }

    #[test]
    fn it_is_known_while_something_is_followed() {
        let control = Arc::new(Control::default());
        let [first, second] = [Control::follow(&control), Control::follow(&control)];
        drop(first);
        assert!(control.is_following());
        drop(second);
        assert!(!control.is_following());
    }
}
