//! An emulator with stacks in it whose commands are killed and run again.

use e2e::aws_api::{AwsApi, without_ids};
use e2e::command::{KILLED, Run, provider};
use e2e::containers::{self, Container};
use e2e::counting_proxy::{CountingProxy, LateAnswers};
use e2e::running_services::running_services;

use super::{Cut, Cuts};

const REGION: &str = "eu-west-1";

/// Images that nobody has to build: no tasks are started.
const IMAGE: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/some@sha256:\
                     0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// An emulator of a test's own.
pub struct Emulator {
    containers: Vec<Container>,
    endpoint: String,
    settings: &'static [&'static str],
    /// What commands speak through.
    proxy: Option<CountingProxy>,
    /// Whether deploys wait until new tasks have taken over.
    waits: bool,
}

/// A stack in an emulator.
pub struct Stack<'a> {
    emulator: &'a Emulator,
    name: &'static str,
}

impl Emulator {
    pub async fn moto() -> Self {
        Self::of(containers::moto().await, &[]).await
    }

    /// MiniStack alone has no Application Auto Scaling.
    pub async fn ministack() -> Self {
        let settings = &["web.scaling.enabled=false", "php.scaling.enabled=false"];
        let mut ministack = Self::of(containers::ministack(REGION).await, settings).await;
        // It keeps each connection for 75 s, and a port of the engine takes no more than some thousand; the proxy's are used again.
        ministack.proxy = Some(CountingProxy::start().await);
        ministack
    }

    /// One whose reads show a write late: so many answers to each question are those from before it, but not those of
    /// these operations.
    pub async fn late(answers: usize, in_time: &'static [&'static str]) -> Self {
        let (empty, mut moto) = (containers::moto().await, Self::moto().await);
        let late = LateAnswers::after(answers, empty.url().await).but_not(in_time);
        moto.proxy = Some(CountingProxy::with_late_answers(late).await);
        moto.containers.push(empty);
        moto
    }

    /// One in which each deployment of a service is done at once, so that deploys can wait for it.
    pub async fn with_running_services() -> Self {
        let mut moto = Self::moto().await;
        moto.proxy = Some(CountingProxy::with_edits(running_services().await).await);
        moto.waits = true;
        moto
    }

    async fn of(container: Container, settings: &'static [&'static str]) -> Self {
        Self {
            endpoint: container.url().await,
            containers: vec![container],
            settings,
            proxy: None,
            waits: false,
        }
    }

    pub fn stack(&self, name: &'static str) -> Stack<'_> {
        Stack { emulator: self, name }
    }
}

impl Stack<'_> {
    /// A look at the emulator that does not go through the code under test.
    pub fn api(&self) -> AwsApi {
        AwsApi::new(&self.emulator.endpoint, REGION)
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub async fn run(&self, command: &str, settings: &[&str]) -> Run {
        let words = match command {
            "deploy" if self.emulator.waits => "deploy --yes",
            "deploy" => "deploy --yes --no-wait",
            "teardown" => "teardown --yes",
            other => other,
        };
        let run = provider(&format!("{words} --stack {}", self.name)).await;
        let run = run.at(&self.emulator.endpoint, REGION);
        let run = match &self.emulator.proxy {
            Some(proxy) => run.env("HTTP_PROXY", proxy.address()),
            None => run,
        };
        if command == "teardown" {
            return run;
        }
        let images = e2e::command::given_images(IMAGE);
        let settings =
            images.iter().map(String::as_str).chain(self.emulator.settings.iter().chain(settings).copied());
        settings.fold(run, |run, setting| run.arg("--set").arg(setting))
    }

    pub async fn deploy(&self, settings: &[&str]) {
        self.run("deploy", settings).await.ends_with(0).await;
    }

    /// A command goes through in spite of a fault.
    pub async fn goes_through(&self, command: &str, settings: &[&str], fault: &str) {
        self.run(command, settings).await.with_fault(fault).ends_with(0).await;
    }

    /// Kills a command at the next cut. Without one it runs undisturbed; gives the cut.
    pub async fn killed(&self, command: &str, settings: &[&str], cuts: &Cuts) -> Option<Cut> {
        let Some(cut) = cuts.next() else {
            self.run(command, settings).await.ends_with(0).await;
            return None;
        };
        let killed = self.run(command, settings).await.with_fault(&cut.fault()).end().await;
        match killed.code {
            Some(KILLED) => Some(cut),
            Some(0) => {
                cuts.end();
                None
            }
            _ => panic!("{cut}: {killed}"),
        }
    }

    /// Kills a command at the next cut, if there is one, and runs it again undisturbed; gives the cut.
    pub async fn killed_and_run_again(&self, command: &str, settings: &[&str], cuts: &Cuts) -> Option<Cut> {
        let cut = self.killed(command, settings, cuts).await?;
        let again = self.run(command, settings).await.end().await;
        assert_eq!(again.code, Some(0), "after {cut}: {again}");
        Some(cut)
    }

    /// What there is of it, in order and without what AWS makes up itself.
    pub async fn found(&self) -> Vec<String> {
        without_ids(&self.api().everything_named(self.name).await)
    }

    /// It is as it is after an undisturbed run, with one of each resource, and there is nothing left to change.
    pub async fn is_as_expected(&self, expected: &[String], settings: &[&str], cut: Option<Cut>) {
        let found = self.found().await;
        let more: Vec<_> = found.iter().filter(|line| !expected.contains(line)).collect();
        assert!(
            found == expected,
            "after {}: {found:#?} instead of {expected:#?}; not expected: {more:#?}",
            in_words(cut)
        );
        let preview = self.run("preview", settings).await.end().await;
        assert_eq!(preview.code, Some(0), "after {}: {preview}", in_words(cut));
    }

    /// Some time later there is nothing to change.
    pub async fn is_unchanged(&self, settings: &[&str]) {
        self.time_passes(false);
        self.run("preview", settings).await.ends_with(0).await;
    }

    pub async fn is_gone(&self, cut: Option<Cut>) {
        let left = self.found().await;
        assert!(left.is_empty(), "after {}: {left:#?}", in_words(cut));
        self.time_passes(true);
    }

    /// Late reads catch up.
    fn time_passes(&self, is_gone: bool) {
        if let Some(proxy) = &self.emulator.proxy {
            proxy.catch_up(is_gone);
        }
    }
}

fn in_words(cut: Option<Cut>) -> String {
    cut.map_or_else(|| "an undisturbed run".to_owned(), |cut| cut.to_string())
}
