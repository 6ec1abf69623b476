//! Ctrl-C and SIGTERM. Where no rollout is followed they end the command at once, in a state from which the next run continues.
//! A rollout is stopped and rolled back by the first, and left to ECS by the second.

use crate::progress_view;
use anyhow::{Context, Result};
use infra_aws::rollout::{Control, Wish};
use std::io::IsTerminal;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

const QUESTION: &str = "\
interrupted: stop this deployment and go back to what ran before? [y] stops it, any other key and Enter goes on,
             Ctrl-C again leaves ECS to it and ends this command";

/// The signals of this process.
pub struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
    control: Arc<Control>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM, as of a pipeline that is cancelled.
    Terminate,
}

impl Interrupts {
    /// From now on they don't end the process by themselves.
    ///
    /// # Errors
    /// When they can't be listened for.
    pub fn listen(control: Arc<Control>) -> Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for Ctrl-C");
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            control,
        })
    }

    /// Waits for a signal by which the command is to end at once; meanwhile does what they say of rollouts.
    pub async fn ended(mut self) {
        let mut answer: Option<JoinHandle<bool>> = None;
        loop {
            let kind = tokio::select! {
                kind = next(&mut self.interrupt, &mut self.terminate) => kind,
                stop = answered(&mut answer) => {
                    answer = None;
                    if stop {
                        self.stop("");
                    } else {
                        progress_view::suspend(|| infra_options::say!("the deployment goes on"));
                    }
                    continue;
                }
            };
            if !self.control.is_following() {
                return;
            }
            let can_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
            if answer.is_some() || self.control.wish() != Wish::Follow {
                self.control.ask(Wish::Detach);
            } else if kind == Kind::Interrupt && can_ask {
                progress_view::suspend(|| infra_options::say!("{QUESTION}"));
                answer = Some(tokio::task::spawn_blocking(yes));
            } else {
                self.stop("interrupted: ");
            }
        }
    }

    fn stop(&self, why: &str) {
        progress_view::suspend(|| {
            infra_options::say!("{why}stopping this deployment and going back; once more leaves ECS to it");
        });
        self.control.ask(Wish::Stop);
    }
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> Kind {
    tokio::select! {
        _ = interrupt.recv() => Kind::Interrupt,
        _ = terminate.recv() => Kind::Terminate,
    }
}

/// The answer to an open question; never where none is open.
async fn answered(answer: &mut Option<JoinHandle<bool>>) -> bool {
    match answer {
        // A terminal that has gone away answers nothing.
        Some(answer) => answer.await.unwrap_or(false),
        None => std::future::pending().await,
    }
}

fn yes() -> bool {
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    read.is_ok() && matches!(line.trim(), "y" | "Y" | "yes")
}
