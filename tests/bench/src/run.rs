//! The whole measurement, one thing after the other.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{ValueEnum, value_parser};
use hyper::header;

use crate::load::{self, Window};
use crate::machine::Machine;
use crate::memory::{self, MemoryUse};
use crate::report::{Accounts, ImageFacts, Load, Report, Round};
use crate::scenario::{Request, Scenario, Target};
use crate::server::{self, Program, Server, StartTime};
use crate::stand_in::StandIn;
use crate::{docker, record, tables};

const STARTS: usize = 5;
/// Of connections, and of what a server keeps.
const WARM_UP: Duration = Duration::from_millis(500);

/// Measure the targets whose image or program is given, and S3 alone
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The Rust app's image
    #[arg(long, value_name = "IMAGE")]
    web_image: Option<String>,

    /// The Rust app as a program of this machine, instead of its image
    #[arg(long, value_name = "PATH", conflicts_with_all = ["web_image", "record"])]
    web_binary: Option<PathBuf>,

    /// The PHP app's image
    #[arg(long, value_name = "IMAGE")]
    php_image: Option<String>,

    /// The image of nginx (tests/bench/nginx)
    #[arg(long, value_name = "IMAGE")]
    nginx_image: Option<String>,

    /// Measure only this target; may be given several times
    #[arg(long, value_name = "TARGET")]
    target: Vec<Target>,

    /// Measure only this; may be given several times
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,

    /// How often each target's turn comes
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u64).range(1..))]
    pub rounds: u64,

    /// How long a turn is
    #[arg(long, default_value_t = 2, value_parser = value_parser!(u64).range(1..))]
    pub seconds: u64,

    /// How many requests are in flight at a time
    #[arg(long, value_name = "COUNT", default_value_t = 16)]
    pub connections: usize,

    /// Let S3 wait this long before each answer
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    pub s3_latency: u64,

    /// Write the tables into docs/benchmarks.md, between the marks for this latency of S3
    #[arg(long)]
    record: bool,

    /// What to show as the command that repeats this
    #[arg(long, hide = true, default_value = "app-bench run")]
    pub command: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The images' sizes and how fast they start
    Start,
    /// The page
    Page,
    /// Downloads, and the answer that the client has the image already
    Download,
    /// Uploads
    Upload,
    /// Memory for many large uploads
    Memory,
}

/// Measures and reports.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let machine = Machine::this();
    if options.record {
        machine.require_idle()?;
    }
    let report = Bench::start(&options).await?.report(machine).await?;
    if options.record {
        record::write(&report)?;
    }
    println!("{}", tables::text(&report));
    Ok(())
}

/// A run with what it needs throughout.
struct Bench<'a> {
    options: &'a Options,
    programs: Vec<(Target, Program)>,
    stand_in: StandIn,
}

/// One kind of request to one target.
struct Series<'a> {
    server: &'a Server,
    request: Arc<Request>,
    load: Load,
}

impl<'a> Bench<'a> {
    async fn start(options: &'a Options) -> anyhow::Result<Self> {
        let programs = options.programs();
        if programs.iter().any(|(_, program)| matches!(program, Program::Image(_))) {
            docker::remove_leftovers().await?;
        }
        let stand_in = StandIn::start(options.s3_latency).await?;
        stand_in.reset().await?;
        Ok(Self { options, programs, stand_in })
    }

    async fn report(self, machine: Machine) -> anyhow::Result<Report<'a>> {
        let (images, loads, memory) = (self.images().await?, self.loads().await?, self.memory().await?);
        Ok(Report { options: self.options, machine, images, loads, memory })
    }

    async fn images(&self) -> anyhow::Result<Vec<ImageFacts>> {
        let mut facts = Vec::new();
        for (target, program) in self.apps(Part::Start) {
            let Program::Image(image) = program else { continue };
            progress(&format!("{}: starting {STARTS} times", target.name()));
            let bytes = docker::image_bytes(image).await?;
            let times = server::start_times(image, self.stand_in.address, STARTS).await?;
            let milliseconds = |of: fn(&StartTime) -> Duration| {
                times.iter().map(|time| of(time).as_secs_f64() * 1000.0).collect()
            };
            let (start_ms, own_start_ms) = (milliseconds(|time| time.total), milliseconds(|time| time.own));
            facts.push(ImageFacts { target: *target, bytes, start_ms, own_start_ms });
        }
        Ok(facts)
    }

    async fn loads(&self) -> anyhow::Result<Vec<Load>> {
        let wanted = |scenario: &Scenario| self.options.wants(part_of(*scenario));
        let scenarios: Vec<_> = Scenario::ALL.into_iter().filter(wanted).collect();
        let mut servers = Vec::new();
        if scenarios.is_empty() {
            return Ok(Vec::new());
        }
        for (target, program) in &self.programs {
            servers.push((*target, Server::start(program, self.stand_in.address).await?));
        }
        if self.options.measures(Target::S3) {
            servers.push((Target::S3, Server::s3(self.stand_in.address)));
        }
        let mut series = Vec::new();
        for scenario in scenarios {
            let mut side_by_side = Vec::new();
            for (target, server) in &servers {
                let one = series_of(scenario, *target, server).await;
                side_by_side.extend(one.with_context(|| format!("{}: {}", target.name(), scenario.name()))?);
            }
            series.push(side_by_side);
        }
        for side_by_side in &mut series {
            self.rounds(side_by_side).await?;
        }
        Ok(series.into_iter().flatten().map(|one| one.load).collect())
    }

    /// The targets take turns, so that what else happens on this machine meets all of them.
    async fn rounds(&self, side_by_side: &mut [Series<'_>]) -> anyhow::Result<()> {
        let measured = Duration::from_secs(self.options.seconds);
        let window = Window { connections: self.options.connections, warm_up: WARM_UP, measured };
        for number in 1..=self.options.rounds {
            for Series { server, request, load } in &mut *side_by_side {
                self.stand_in.reset().await?;
                let probe = async || {
                    Accounts::read(&server.group, &self.stand_in.group, self.stand_in.stats().await?)
                };
                let measured = load::run(request, window, probe).await?;
                let round = Round::new(&measured);
                progress(&format!(
                    "{}: {}, round {number}: {:.0} a second, {:.0} µs of CPU, S3's {:.0}",
                    load.target.name(),
                    load.scenario.name(),
                    round.per_second,
                    round.server_us,
                    round.s3_us
                ));
                load.add(round, measured.failures);
            }
        }
        Ok(())
    }

    async fn memory(&self) -> anyhow::Result<Vec<MemoryUse>> {
        let mut uses = Vec::new();
        for (target, program) in self.apps(Part::Memory) {
            self.stand_in.reset().await?;
            progress(&format!("{}: many large uploads", target.name()));
            uses.push(memory::measure(*target, program, self.stand_in.address).await?);
        }
        Ok(uses)
    }

    /// The apps, if this part of what is measured of apps alone is wanted.
    fn apps(&self, part: Part) -> impl Iterator<Item = &(Target, Program)> {
        self.programs.iter().filter(move |(target, _)| target.is_app() && self.options.wants(part))
    }
}

impl Options {
    fn programs(&self) -> Vec<(Target, Program)> {
        let image = |image: &Option<String>| image.clone().map(Program::Image);
        let web = self.web_binary.clone().map(Program::Binary).or_else(|| image(&self.web_image));
        let programs = [
            (Target::Rust, web),
            (Target::Php, image(&self.php_image)),
            (Target::Nginx, image(&self.nginx_image)),
        ];
        let programs = programs.into_iter().filter_map(|(target, program)| Some((target, program?)));
        programs.filter(|(target, _)| self.measures(*target)).collect()
    }

    fn measures(&self, target: Target) -> bool {
        self.target.is_empty() || self.target.contains(&target)
    }

    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

/// What is sent in each round, after it went well once.
async fn series_of(
    scenario: Scenario,
    target: Target,
    server: &Server,
) -> anyhow::Result<Option<Series<'_>>> {
    let Some(mut request) = scenario.request(target, server.address) else { return Ok(None) };
    let answer = server.check(&request).await?;
    if scenario == Scenario::NotModified {
        let Some(e_tag) = answer.headers.get(header::ETAG) else { bail!("the image has no ETag") };
        request = request.if_none_match(e_tag.clone());
        server.check(&request).await?;
    }
    Ok(Some(Series { server, request: Arc::new(request), load: Load::new(scenario, target) }))
}

fn part_of(scenario: Scenario) -> Part {
    match scenario {
        Scenario::Page => Part::Page,
        Scenario::DownloadFromMemory | Scenario::DownloadFromS3 | Scenario::NotModified => Part::Download,
        Scenario::SmallUpload | Scenario::Upload => Part::Upload,
    }
}

fn progress(text: &str) {
    eprintln!("{}", console::style(text).for_stderr().dim());
}
