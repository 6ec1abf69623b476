//! The chromedriver process, and what it is asked for beyond WebDriver's own commands.

use std::path::Path;
use std::process::Stdio;

use fantoccini::wd::WebDriverCompatibleCommand;
use hyper::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use url::{ParseError, Url};

const CHROMIUM: &str = "/usr/bin/chromium";
const CHROMEDRIVER: &str = "/usr/bin/chromedriver";
const STARTED_AT_MOST: usize = 3;
/// What to do about a missing program.
pub const TEST_LOCAL: &str = "; `cargo xtask test-local` makes everything that the tests need";

/// The last one lets Chromium end with chromedriver, however that ends.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=en",
    "--remote-debugging-pipe",
];

/// A running chromedriver; it ends when this is dropped.
pub struct Driver {
    /// Where it listens.
    pub url: String,
    _process: Child,
    // It would end at its next line when nobody could read that.
    _output: Lines<BufReader<ChildStdout>>,
}

/// A command of chromedriver's own.
#[derive(Debug)]
pub struct Extension {
    /// Its path in the session.
    pub path: &'static str,
    /// What is sent.
    pub body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

impl Driver {
    /// Starts one on a port that it chooses. In a whole run it was once seen to end instead, nobody knows why: it is started again,
    /// and where it never starts, what it said is shown.
    ///
    /// # Panics
    /// When it does not start, with what it said.
    pub async fn start() -> Self {
        let mut said = Vec::new();
        for _ in 0..STARTED_AT_MOST {
            if let Some(driver) = Self::started(&mut said).await {
                return driver;
            }
        }
        panic!("{CHROMEDRIVER} ended each time before it named its port{TEST_LOCAL}: {said:#?}");
    }

    /// None where it ends instead.
    async fn started(said: &mut Vec<String>) -> Option<Self> {
        let mut command = Command::new(CHROMEDRIVER);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let process = command.kill_on_drop(true).spawn();
        let mut process =
            process.unwrap_or_else(|error| panic!("cannot start {CHROMEDRIVER}: {error}{TEST_LOCAL}"));
        let output = process.stdout.take().unwrap_or_else(|| panic!("{CHROMEDRIVER} has no output"));
        let mut output = BufReader::new(output).lines();
        while let Ok(Some(line)) = output.next_line().await {
            let port = line.strip_prefix("ChromeDriver was started successfully on port ");
            if let Some(port) = port {
                let url = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
                return Some(Self { url, _process: process, _output: output });
            }
            said.push(line);
        }
        said.push(format!("it ended: {:?}", process.wait().await));
        None
    }
}

/// What the browser is to be like, with its profile here.
pub fn capabilities(profile: &Path) -> Value {
    let mut flags = FLAGS.map(str::to_owned).to_vec();
    flags.push(format!("--user-data-dir={}", profile.display()));
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "binary": CHROMIUM, "args": flags },
        "goog:loggingPrefs": { "browser": "ALL" },
        // A dialogue that nobody expects fails the test.
        "unhandledPromptBehavior": "dismiss and notify",
    })
}
