//! Chromium as a person uses it, driven by chromedriver: opens pages, types, drops files, and reports what went wrong.

mod driver;

use std::path::Path;
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use self::driver::{Driver, Extension};
use crate::wait::until;

const PAGE_CHANGES_WITHIN: Duration = Duration::from_secs(60);
const IMAGES_LOAD_WITHIN: Duration = Duration::from_secs(15);

/// In every page, before its own scripts: a violation of its policy becomes an error in the console.
const REPORT_VIOLATIONS: &str = "addEventListener('securitypolicyviolation', (event) => \
    console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))";

/// The page's images that are not to be seen: whether each is still loading, and what the server answered.
const MISSING_IMAGES: &str = "return [...document.images]
    .filter((image) => !image.complete || image.naturalWidth === 0)
    .map((image) => {
        const answers = performance.getEntriesByName(image.src).map((entry) => entry.responseStatus);
        return `${image.complete ? 'broken' : 'loading'} ${image.src} answered ${answers}`;
    })";

/// A browser with one window and a profile of its own. It ends when this is dropped.
pub struct Browser {
    client: Client,
    _driver: Driver,
    _profile: TempDir,
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug)]
pub enum Look {
    /// A desktop with light colours.
    Light,
    /// A desktop with dark colours.
    Dark,
    /// A phone with light colours.
    Phone,
}

impl Browser {
    /// Starts one.
    ///
    /// # Panics
    /// When that fails.
    pub async fn start() -> Self {
        let profile = tempfile::tempdir().unwrap_or_else(|error| panic!("no folder for a profile: {error}"));
        let driver = Driver::start().await;
        let capabilities = driver::capabilities(profile.path());
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().cloned().unwrap_or_default())
            .connect(&driver.url)
            .await;
        let client =
            client.unwrap_or_else(|error| panic!("Chromium does not start: {error}{}", driver::TEST_LOCAL));
        let browser = Self { client, _driver: driver, _profile: profile };
        let script = json!({ "source": REPORT_VIOLATIONS });
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", script).await;
        browser
    }

    /// Ends it, so that nothing of it is left afterwards.
    pub async fn close(self) {
        let closed = self.client.clone().close().await;
        closed.unwrap_or_else(|error| panic!("the browser does not close: {error}"));
    }

    /// Opens a page and waits until it is loaded.
    ///
    /// # Panics
    /// When it can't be opened.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("cannot open {url}: {error}"));
    }

    /// The page's address.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn url(&self) -> Url {
        self.client.current_url().await.unwrap_or_else(|error| panic!("no address: {error}"))
    }

    /// The page's title.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn title(&self) -> String {
        self.client.title().await.unwrap_or_else(|error| panic!("no title: {error}"))
    }

    /// Clicks an element in the middle, which must be visible.
    ///
    /// # Panics
    /// When there is none, or it can't be clicked.
    pub async fn click(&self, css: &str) {
        let clicked = self.element(css).await.click().await;
        clicked.unwrap_or_else(|error| panic!("cannot click {css}: {error}"));
    }

    /// An element's visible text.
    ///
    /// # Panics
    /// When there is none.
    pub async fn text(&self, css: &str) -> String {
        let text = self.element(css).await.text().await;
        text.unwrap_or_else(|error| panic!("no text of {css}: {error}"))
    }

    /// Chooses files in a file input, as its dialogue does.
    ///
    /// # Panics
    /// When that can't be done.
    pub async fn choose(&self, css: &str, files: &[&Path]) {
        let paths: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
        let chosen = self.element(css).await.send_keys(&paths.join("\n")).await;
        chosen.unwrap_or_else(|error| panic!("cannot choose {files:?}: {error}"));
    }

    /// Drags files over the middle of an element and drops them there.
    pub async fn drop_files(&self, css: &str, files: &[&Path]) {
        let middle = format!(
            "const box = document.querySelector('{css}').getBoundingClientRect(); \
             return [box.x + box.width / 2, box.y + box.height / 2]"
        );
        let middle = self.script(&middle).await;
        let paths: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
        for kind in ["dragEnter", "dragOver", "drop"] {
            let data = json!({ "items": [], "files": paths, "dragOperationsMask": 1 });
            let event = json!({ "type": kind, "x": middle[0], "y": middle[1], "data": data });
            self.devtools("Input.dispatchDragEvent", event).await;
        }
    }

    /// Presses a key and lets it go.
    ///
    /// # Panics
    /// When that can't be done.
    pub async fn press(&self, key: Key) {
        let value = char::from(key);
        let keys = KeyActions::new("keyboard".to_owned());
        let keys = keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        let pressed = self.client.perform_actions(keys).await;
        pressed.unwrap_or_else(|error| panic!("cannot press {value:?}: {error}"));
    }

    /// What a script in the page returns.
    ///
    /// # Panics
    /// When it throws.
    pub async fn script(&self, script: &str) -> Value {
        let value = self.client.execute(script, Vec::new()).await;
        value.unwrap_or_else(|error| panic!("`{script}`: {error}"))
    }

    /// Waits until an expression in the page is something else than false, null, 0 or empty, and returns it.
    pub async fn until(&self, what: &str, expression: &str) -> Value {
        let script = format!("return ({expression}) || null");
        until(what, PAGE_CHANGES_WITHIN, async || {
            // While one page replaces the other there is nothing to ask.
            match self.client.execute(&script, Vec::new()).await {
                Ok(Value::Null) => Err(self.page().await),
                Ok(value) => Ok(value),
                Err(error) => Err(format!("{error}; {}", self.page().await)),
            }
        })
        .await
    }

    /// The errors in the console since this was asked last; violations of a policy are among them.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn errors(&self) -> Vec<String> {
        let entries = self.issue("se/log", json!({ "type": "browser" })).await;
        let entries = entries.as_array().cloned().unwrap_or_else(|| panic!("no log: {entries}"));
        let errors = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        errors.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// A command of Chromium's developer tools.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.issue("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// Runs no script of any page from here on.
    pub async fn without_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    }

    /// Sends no more than this from here on.
    pub async fn sends_at_most(&self, bytes_per_second: u32) {
        self.devtools("Network.enable", json!({})).await;
        let conditions = json!({
            "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second,
        });
        self.devtools("Network.emulateNetworkConditions", conditions).await;
    }

    /// Shows pages this way from here on, and nothing in them moves.
    pub async fn look(&self, look: Look) {
        self.size(look, 0).await;
        let scheme = if matches!(look, Look::Dark) { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Opens a page and writes what all of it looks like, once its images are there.
    ///
    /// # Panics
    /// When they do not come, or the file can't be written.
    pub async fn photograph(&self, url: &str, look: Look, file: &Path) {
        self.look(look).await;
        // As a person does who misses one: a browser does not ask again for an image that it did not get.
        until("all images of the page", PAGE_CHANGES_WITHIN, async || {
            self.open(url).await;
            let height = self.script("return document.documentElement.scrollHeight").await;
            self.size(look, height.as_u64().unwrap_or_default()).await;
            let missing = self.missing_images().await;
            if missing == json!([]) { Ok(()) } else { Err(missing.to_string()) }
        })
        .await;
        self.script(
            "return Promise.all([...document.images].map((image) => image.decode())).then(() => true)",
        )
        .await;
        let picture = self.client.screenshot().await;
        let picture = picture.unwrap_or_else(|error| panic!("no screenshot: {error}"));
        let folder = file.parent().unwrap_or(file);
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(file, picture));
        written.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    /// The images that are not there when all others are, or after a while.
    async fn missing_images(&self) -> Value {
        let began = Instant::now();
        loop {
            let missing = self.script(MISSING_IMAGES).await;
            if missing == json!([]) || began.elapsed() >= IMAGES_LOAD_WITHIN {
                return missing;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn size(&self, look: Look, at_least: u64) {
        let (width, height, mobile) = match look {
            Look::Light | Look::Dark => (1280, 860, false),
            Look::Phone => (390, 844, true),
        };
        let metrics = json!({
            "width": width, "height": at_least.max(height), "deviceScaleFactor": 1, "mobile": mobile,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    async fn element(&self, css: &str) -> Element {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("no {css}: {error}; {}", self.page().await),
        }
    }

    /// Where it is and what is to be read there, for messages.
    async fn page(&self) -> String {
        let page = self.client.execute("return `${location}: ${document.body.innerText}`", Vec::new()).await;
        page.map_or_else(|error| error.to_string(), |page| page.as_str().unwrap_or_default().to_owned())
    }

    async fn issue(&self, path: &'static str, body: Value) -> Value {
        let answer = self.client.issue_cmd(Extension { path, body: body.clone() }).await;
        answer.unwrap_or_else(|error| panic!("{path} {body}: {error}"))
    }
}
