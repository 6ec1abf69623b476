//! Progress while resources change: a line each with what it waits for; plain lines where there is no terminal.

use crate::expected_time::Expectation;
use crate::rollout_view::{self, Elapsed};
use console::{Term, style};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use infra_ecs::follow::{Report, Status};
use infra_engine::{Event, Reporter, ResourceId};
use infra_options::print;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// As wide as the longest names of kinds.
pub const KIND_WIDTH: usize = 18;
/// In a log, word of waiting comes at most so often per resource; at once where nothing else has reported it.
const LOG_EVERY: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(100);

/// What is drawn, by whichever view: what else is said must not be drawn over.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Draws events on standard error.
pub struct ProgressView {
    terminal: bool,
    /// Whether rollouts are said as JSON on standard output.
    json: bool,
    /// What is known of rollouts before, by the names of services.
    expected: HashMap<String, Expectation>,
    lines: Mutex<HashMap<ResourceId, Line>>,
    /// The titles of the rows of rollouts.
    titles: Mutex<Option<ProgressBar>>,
}

struct Line {
    bar: ProgressBar,
    began: Instant,
    last_word: Instant,
    /// Where a rollout is followed.
    rollout: Option<Status>,
    /// How long it will take, where that is known.
    expected: Option<Duration>,
}

impl Line {
    /// Draws how far a rollout is.
    fn draw(&self, id: &ResourceId, status: &Status) {
        let elapsed = Elapsed { now: self.began.elapsed(), expected: self.expected };
        self.bar.set_message(rollout_view::row(&id.logical_name, status, Some(elapsed), width()));
    }
}

/// Says something out of the way of what is drawn.
pub fn suspend<T>(say: impl FnOnce() -> T) -> T {
    BARS.suspend(say)
}

impl ProgressView {
    /// Lines that are drawn over on a terminal, else plain ones.
    pub fn new() -> Self {
        Self {
            terminal: console::user_attended_stderr(),
            json: false,
            expected: HashMap::new(),
            lines: Mutex::new(HashMap::new()),
            titles: Mutex::new(None),
        }
    }

    /// With `json`, what happens to rollouts is said on standard output too, an object a line.
    #[must_use]
    pub fn with_json(mut self, json: bool) -> Self {
        self.json = json;
        self
    }

    /// Rows of rollouts show how long they will take, too.
    #[must_use]
    pub fn with_expected(mut self, expected: HashMap<String, Expectation>) -> Self {
        self.expected = expected;
        self
    }

    /// Prints something else, out of the way of what is drawn.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        suspend(print)
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<ResourceId, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn started(&self, id: ResourceId, name: &str, action: &str) {
        let bar = if self.terminal { BARS.add(ProgressBar::new_spinner()) } else { ProgressBar::hidden() };
        // A template that does not parse would be ours to mend; the default one does meanwhile.
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {prefix} {wide_msg} {elapsed:>4}") {
            bar.set_style(style);
        }
        bar.set_prefix(format!("{action:<7} {:<KIND_WIDTH$} {name}", id.kind));
        bar.enable_steady_tick(TICK);
        let now = Instant::now();
        self.lines().insert(id, Line { bar, began: now, last_word: now, rollout: None, expected: None });
    }

    fn waiting(&self, id: &ResourceId, what: &str) {
        let is_first = !self.lines().contains_key(id);
        if is_first {
            // Nothing of it changes, but it is not yet in effect.
            self.started(id.clone(), "", "wait");
        }
        let mut lines = self.lines();
        let Some(line) = lines.get_mut(id) else { return };
        if let Some(status) = &line.rollout {
            // The row says more; its time goes on.
            line.draw(id, status);
            return;
        }
        line.bar.set_message(console::strip_ansi_codes(what).into_owned());
        if !self.terminal && (is_first || line.last_word.elapsed() >= LOG_EVERY) {
            line.last_word = Instant::now();
            infra_options::say!("  ... {id}: {what}");
        }
    }

    fn reported(&self, id: &ResourceId, report: &Report) {
        if self.json {
            let mut object = json!(report);
            object["service"] = json!(id.logical_name);
            // What is printed last says whether all went well.
            print(object).ok();
        }
        for line in rollout_view::lines(&id.logical_name, report) {
            self.say(&line);
        }
        let Report::Status(status) = report else { return };
        if !self.lines().contains_key(id) {
            self.started(id.clone(), "", "wait");
        }
        if !self.terminal {
            infra_options::say!("{}", rollout_view::line(&id.logical_name, status));
        }
        self.with_titles();
        let mut lines = self.lines();
        let Some(line) = lines.get_mut(id) else { return };
        if line.rollout.is_none()
            && let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}")
        {
            line.bar.set_style(style);
        }
        if line.rollout.is_none() {
            line.expected = self.expected(id, status);
        }
        line.draw(id, status);
        line.rollout = Some(status.clone());
    }

    /// How long a rollout will take, by what its first look shows.
    fn expected(&self, id: &ResourceId, status: &Status) -> Option<Duration> {
        let tasks = u32::try_from(status.tasks.desired).ok().filter(|tasks| *tasks > 0)?;
        self.expected.get(&id.logical_name)?.time(tasks, status.tasks.old == 0)
    }

    /// Draws the titles above the rows, once.
    fn with_titles(&self) {
        let mut titles = self.titles.lock().unwrap_or_else(PoisonError::into_inner);
        if self.terminal && titles.is_none() {
            let bar = BARS.insert(0, ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("  {wide_msg:.dim}") {
                bar.set_style(style);
            }
            bar.set_message(rollout_view::titles(width()));
            *titles = Some(bar);
        }
    }

    /// Takes the titles away when no rollout is left.
    fn without_titles(&self) {
        if self.lines().values().any(|line| line.rollout.is_some()) {
            return;
        }
        if let Some(bar) = self.titles.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }

    /// A line that stays.
    fn say(&self, text: &str) {
        if self.terminal {
            // The line above the bars; a terminal that has gone away takes none.
            BARS.println(infra_options::wrapped(text, width())).ok();
        } else {
            infra_options::say!("{text}");
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
        self.without_titles();
        self.say(&text);
    }
}

fn width() -> usize {
    usize::from(Term::stderr().size().1)
}

impl Drop for ProgressView {
    fn drop(&mut self) {
        for (_, line) in self.lines().drain() {
            line.bar.finish_and_clear();
        }
        self.without_titles();
    }
}

impl Reporter for ProgressView {
    fn report(&self, event: Event) {
        match event {
            Event::Started { id, name, action } => self.started(id, &name, action),
            Event::Waiting { id, what } => self.waiting(&id, &what),
            Event::Reported { id, what } => {
                if let Some(report) = what.downcast_ref() {
                    self.reported(&id, report);
                }
            }
            Event::Finished { id, name, action, elapsed, succeeded } => {
                self.finished(&id, &name, action, elapsed, succeeded);
            }
        }
    }
}
