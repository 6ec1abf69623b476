//! The whole measurement, one thing after the other.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::ValueEnum;

use crate::app::{self, App};
use crate::load::{self, Window};
use crate::machine::Machine;
use crate::memory;
use crate::report::{Accounts, ImageFacts, Load, Report};
use crate::scenario::{CONNECTIONS, Scenario, Target};
use crate::stand_in::StandIn;
use crate::{docker, record, tables};

/// The sizes of the large uploads.
const LARGE_BYTES: [usize; 2] = [10_000_000, 20_000_000];
const STARTS: usize = 5;

/// Measure both apps' images
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The Rust app's image
    #[arg(long, value_name = "IMAGE")]
    web_image: String,

    /// The PHP app's image
    #[arg(long, value_name = "IMAGE")]
    php_image: String,

    /// Measure for 2 seconds each, not 10, and only one size of large uploads
    #[arg(long)]
    quick: bool,

    /// Measure only this; may be given several times
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,

    /// Let S3 wait this long before each answer
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    s3_latency: u64,

    /// Write everything as JSON to a file, `-` for the standard output
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the tables into docs/benchmarks.md, between its marks
    #[arg(long)]
    record: bool,

    /// What to show as the command that repeats this
    #[arg(long, hide = true, default_value = "app-bench run")]
    command: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The images' sizes and how fast they start
    Start,
    /// The page
    Page,
    /// Downloads
    Download,
    /// Uploads
    Upload,
    /// Memory for many large uploads
    Memory,
}

/// Measures and reports.
pub async fn run(options: Options) -> anyhow::Result<()> {
    docker::remove_leftovers().await?;
    let report = Bench::start(&options).await?.report().await?;
    let tables = tables::text(&report);
    if options.record {
        record::write(&report)?;
    }
    match &options.json {
        Some(file) if file.as_os_str() == "-" => println!("{}", serde_json::to_string_pretty(&report)?),
        Some(file) => {
            let text = serde_json::to_string_pretty(&report)? + "\n";
            std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
            println!("{tables}");
        }
        None => println!("{tables}"),
    }
    Ok(())
}

/// A run with what it needs throughout.
struct Bench<'a> {
    options: &'a Options,
    machine: Machine,
    stand_in: StandIn,
    /// The stand-in's address for containers, and for this machine.
    s3: SocketAddr,
}

/// Who is asked, and where.
struct Asked<'a> {
    target: Target,
    address: SocketAddr,
    app: Option<&'a App>,
}

impl<'a> Bench<'a> {
    async fn start(options: &'a Options) -> anyhow::Result<Self> {
        let machine = Machine::this();
        let stand_in = StandIn::start(options.s3_latency).await?;
        let s3 = stand_in.address(docker::gateway().await?);
        stand_in.reset().await?;
        Ok(Self { options, machine, stand_in, s3 })
    }

    async fn report(self) -> anyhow::Result<Report> {
        Ok(Report {
            images: self.images().await?,
            loads: self.loads().await?,
            memory: self.memory().await?,
            machine: self.machine,
            command: self.options.command.clone(),
            seconds: window(self.options.quick, Target::Rust).measured.as_secs_f64(),
            s3_latency_ms: self.options.s3_latency,
        })
    }

    async fn images(&self) -> anyhow::Result<Vec<ImageFacts>> {
        let mut facts = Vec::new();
        for target in Target::APPS {
            let image = self.image(target).to_owned();
            let bytes = docker::image_bytes(&image).await?;
            let mut times = Vec::new();
            if self.wants(Part::Start) {
                progress(&format!("{}: starting {STARTS} times", target.name()));
                times = app::start_times(&image, self.s3, STARTS).await?;
            }
            let milliseconds = |of: fn(&app::StartTime) -> Duration| {
                times.iter().map(|time| of(time).as_secs_f64() * 1000.0).collect()
            };
            let (start_ms, own_start_ms) = (milliseconds(|time| time.total), milliseconds(|time| time.own));
            facts.push(ImageFacts { target, image, bytes, start_ms, own_start_ms });
        }
        Ok(facts)
    }

    async fn loads(&self) -> anyhow::Result<Vec<Load>> {
        let scenarios: Vec<_> =
            Scenario::ALL.into_iter().filter(|scenario| self.wants(part_of(*scenario))).collect();
        if scenarios.is_empty() {
            return Ok(Vec::new());
        }
        let mut apps = Vec::new();
        for target in Target::APPS {
            let app = App::start(self.image(target), self.s3).await?;
            app.check(target).await?;
            apps.push((target, app));
        }
        let mut asked: Vec<_> = apps
            .iter()
            .map(|(target, app)| Asked { target: *target, address: app.address, app: Some(app) })
            .collect();
        asked.push(Asked { target: Target::S3, address: self.s3, app: None });
        let mut loads = Vec::new();
        // The targets take turns, so that what else happens on this machine meets all of them.
        for scenario in scenarios {
            for connections in CONNECTIONS {
                for asked in &asked {
                    loads.extend(self.load(scenario, connections, asked).await?);
                }
            }
        }
        Ok(loads)
    }

    async fn load(
        &self,
        scenario: Scenario,
        connections: usize,
        asked: &Asked<'_>,
    ) -> anyhow::Result<Option<Load>> {
        let Some(request) = scenario.request(asked.target, asked.address) else { return Ok(None) };
        self.stand_in.reset().await?;
        let request = Arc::new(request);
        let group = asked.app.map(|app| &app.group);
        let probe = async || Accounts::read(group, self.stand_in.pid, self.stand_in.stats().await?);
        let window = window(self.options.quick, asked.target);
        let measured = load::run(&request, connections, window, probe).await?;
        let load = Load::new((scenario, connections, asked.target), &request, &measured);
        progress(&format!(
            "{}: {}, {connections} connections: {:.0} a second, {} failed",
            asked.target.name(),
            scenario.name(),
            load.per_second,
            load.failed()
        ));
        Ok(Some(load))
    }

    async fn memory(&self) -> anyhow::Result<Vec<memory::MemoryUse>> {
        let mut uses = Vec::new();
        if !self.wants(Part::Memory) {
            return Ok(uses);
        }
        let sizes = if self.options.quick { &LARGE_BYTES[..1] } else { &LARGE_BYTES };
        for file_bytes in sizes {
            for target in Target::APPS {
                self.stand_in.reset().await?;
                progress(&format!("{}: large uploads of {} MB", target.name(), file_bytes / 1_000_000));
                uses.push(memory::measure(target, self.image(target), self.s3, *file_bytes).await?);
            }
        }
        Ok(uses)
    }

    fn image(&self, target: Target) -> &str {
        if target == Target::Php { &self.options.php_image } else { &self.options.web_image }
    }

    fn wants(&self, part: Part) -> bool {
        self.options.only.is_empty() || self.options.only.contains(&part)
    }
}

/// S3 alone is there to compare with, and steadier than an app.
fn window(quick: bool, target: Target) -> Window {
    let (warm_up, measured) = if quick { (1000, 2000) } else { (2000, 10_000) };
    let part = if target == Target::S3 { 2 } else { 1 };
    Window {
        warm_up: Duration::from_millis(warm_up / part),
        measured: Duration::from_millis(measured / part),
    }
}

fn part_of(scenario: Scenario) -> Part {
    match scenario {
        Scenario::Page => Part::Page,
        Scenario::Download => Part::Download,
        Scenario::Upload => Part::Upload,
    }
}

fn progress(text: &str) {
    eprintln!("{}", console::style(text).for_stderr().dim());
}
