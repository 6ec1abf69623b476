//! Progress while resources change: a line each with what it waits for; plain lines where there is no terminal.

use console::style;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use infra_engine::{Event, Reporter, ResourceId};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// As wide as the longest names of kinds.
pub const KIND_WIDTH: usize = 18;
/// In a log, word of waiting comes at most so often per resource; at once where nothing else has reported it.
const LOG_EVERY: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(100);

/// Draws events on standard error.
pub struct ProgressView {
    terminal: bool,
    bars: MultiProgress,
    lines: Mutex<HashMap<ResourceId, Line>>,
}

struct Line {
    bar: ProgressBar,
    last_word: Instant,
}

impl ProgressView {
    /// Lines that are drawn over on a terminal, else plain ones.
    pub fn new() -> Self {
        Self {
            terminal: console::user_attended_stderr(),
            bars: MultiProgress::new(),
            lines: Mutex::new(HashMap::new()),
        }
    }

    /// Prints something else, out of the way of what is drawn.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bars.suspend(print)
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<ResourceId, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn started(&self, id: ResourceId, name: &str, action: &str) {
        let bar =
            if self.terminal { self.bars.add(ProgressBar::new_spinner()) } else { ProgressBar::hidden() };
        // A template that does not parse would be ours to mend; the default one does meanwhile.
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {prefix} {wide_msg} {elapsed:>4}") {
            bar.set_style(style);
        }
        bar.set_prefix(format!("{action:<7} {:<KIND_WIDTH$} {name}", id.kind));
        bar.enable_steady_tick(TICK);
        self.lines().insert(id, Line { bar, last_word: Instant::now() });
    }

    fn waiting(&self, id: &ResourceId, what: &str) {
        let is_first = !self.lines().contains_key(id);
        if is_first {
            // Nothing of it changes, but it is not yet in effect.
            self.started(id.clone(), "", "wait");
        }
        let mut lines = self.lines();
        let Some(line) = lines.get_mut(id) else { return };
        line.bar.set_message(console::strip_ansi_codes(what).into_owned());
        if !self.terminal && (is_first || line.last_word.elapsed() >= LOG_EVERY) {
            line.last_word = Instant::now();
            infra_options::say!("  ... {id}: {what}");
        }
    }

    fn finished(&self, id: &ResourceId, name: &str, action: &str, elapsed: Duration, succeeded: bool) {
        if let Some(line) = self.lines().remove(id) {
            line.bar.finish_and_clear();
        }
        let mark =
            if succeeded { style("✓").for_stderr().green() } else { style("✗").for_stderr().red() };
        let text =
            format!("  {mark} {action:<7} {:<KIND_WIDTH$} {name} ({:.1} s)", id.kind, elapsed.as_secs_f64());
        if self.terminal {
            // The line above the bars; a terminal that has gone away takes none.
            self.bars.println(text).ok();
        } else {
            infra_options::say!("{text}");
        }
    }
}

impl Reporter for ProgressView {
    fn report(&self, event: Event) {
        match event {
            Event::Started { id, name, action } => self.started(id, &name, action),
            Event::Waiting { id, what } => self.waiting(&id, &what),
            Event::Finished { id, name, action, elapsed, succeeded } => {
                self.finished(&id, &name, action, elapsed, succeeded);
            }
        }
    }
}
