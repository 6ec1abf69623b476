//! One line for each step: a spinner with the elapsed time on a terminal, plain lines elsewhere. All on standard error.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use console::style;
use indicatif::{ProgressBar, ProgressStyle};

use crate::estimate::about;

/// A step of work that shows itself while it runs.
pub struct Step {
    what: String,
    started: Instant,
    announced: AtomicBool,
    spinner: ProgressBar,
    expected: Option<Duration>,
}

impl Step {
    /// Begins a step. `what` names the thing, as in `image rust:1.95.0-slim-trixie`.
    pub fn start(what: impl Into<String>) -> Self {
        let what = what.into();
        let spinner = ProgressBar::new_spinner();
        if let Ok(template) = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg:.dim}") {
            spinner.set_style(template);
        }
        spinner.set_prefix(what.clone());
        spinner.enable_steady_tick(Duration::from_millis(120));
        Self { what, started: Instant::now(), announced: AtomicBool::new(false), spinner, expected: None }
    }

    /// Shows how long it will take where it was not done before.
    #[must_use]
    pub fn expecting(mut self, expected: Duration) -> Self {
        let template = format!("{{spinner}} {{prefix}} {{elapsed}} of {} {{wide_msg:.dim}}", about(expected));
        if let Ok(template) = ProgressStyle::with_template(&template) {
            self.spinner.set_style(template);
        }
        self.expected = Some(expected);
        self
    }

    /// Shows what the step is doing now.
    pub fn line(&self, line: &str) {
        if self.spinner.is_hidden() {
            if !self.announced.swap(true, Ordering::Relaxed) {
                let expected = self.expected.map_or(String::new(), |time| format!(", {}", about(time)));
                infra_options::say!("{}: started{expected}", self.what);
            }
        } else {
            self.spinner.set_message(line.to_owned());
        }
    }

    /// Ends the step with its outcome.
    pub fn done(self, outcome: &str) {
        self.spinner.finish_and_clear();
        let mark = style("ok").for_stderr().green();
        infra_options::say!("{mark} {}: {outcome} ({})", self.what, seconds(self.started.elapsed()));
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.spinner.finish_and_clear();
    }
}

/// A duration as people read it: `0.4 s`, `12 s`, `3 min 05 s`.
pub fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        whole @ 10..120 => format!("{whole} s"),
        whole => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(412)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(12)), "12 s");
        assert_eq!(seconds(Duration::from_secs(185)), "3 min 05 s");
    }
}
