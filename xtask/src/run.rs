//! `run`: one app's image by itself, as the tutorial's step 2.2 has it, with a bucket and variables.

mod containers;

use std::process::ExitCode;
use std::time::Duration;

use infra::apps::{ALL, AppSpec};
use infra_images::{BaseImage, base};
use infra_options::DEFAULT_REGION;
use tokio::signal::unix::{SignalKind, signal};

use crate::interrupt::{Interrupted, unless_interrupted};
use crate::report::UserError;
use crate::{docker_engine, http, images, local_aws};
use containers::{AppContainer, Containers, Storage};

/// As long as a container may take until it answers.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
/// The bucket of the S3 on this machine.
const LOCAL_BUCKET: &str = "images";
/// By these the app signs its calls to S3 in an account; they are handed on by name, so that no command line has them.
const CREDENTIALS: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

const MORE: &str = "\
Examples:
  cargo xtask run web
  cargo xtask run php --port 8081 --env MAX_FILES=3
  eval \"$(aws configure export-credentials --format env)\" && cargo xtask run web --bucket my-images --region eu-west-1

Without --bucket there is an S3 on this machine beside it, which forgets everything with the container. The variables of both
apps are in docs/app-contract.md. Ctrl-C ends the app and removes what was started.";

/// Run the image of one app by itself, with a bucket, and follow its log
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The app
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(ALL.iter().map(|app| app.name)))]
    app: String,

    /// The port of this machine on which it answers
    #[arg(long, value_name = "PORT", default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,

    /// A bucket of your own, with the credentials of AWS_ACCESS_KEY_ID and the like
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,

    /// The bucket's region
    #[arg(long, env = "AWS_REGION", default_value = DEFAULT_REGION)]
    region: String,

    /// Set a variable of the app; NAME alone hands on the one that is set here; may be given several times
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    variables: Vec<String>,

    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,
}

/// Builds the image, runs it, and follows its log until it ends or Ctrl-C is pressed.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let credentials = std::env::var(CREDENTIALS[0]).is_ok_and(|key| !key.is_empty());
    if let (Some(bucket), false) = (&options.bucket, credentials) {
        let hint = "`eval \"$(aws configure export-credentials --format env)\"` sets them from your profile; without --bucket \
                    an S3 on this machine is used";
        return Err(UserError::new(
            format!("bucket {bucket} needs credentials, and AWS_ACCESS_KEY_ID is not set"),
            hint,
        )
        .into());
    }
    docker_engine::require(options.yes).await?;
    local_aws::engine::require_here().await?;
    let image = built(&options).await?;
    let containers = Containers::of_this_process();
    Containers::remove_abandoned().await?;
    let ended = match followed(&options, &image, &containers).await {
        // What is removed is removed also where the engine takes its time, and the first error is the one to say.
        Err(error) => {
            containers.remove().await.ok();
            return Err(error);
        }
        Ok(ended) => ended,
    };
    containers.remove().await?;
    match ended {
        Ended::ByUser => Err(Interrupted.into()),
        Ended::ByItself(0) => Ok(ExitCode::SUCCESS),
        Ended::ByItself(code) => {
            let hint = "its log above says why; `--env NAME=VALUE` sets its variables, which are in docs/app-contract.md";
            Err(UserError::new(format!("{} ended with exit code {code}", options.app), hint).into())
        }
    }
}

/// How it ended.
enum Ended {
    ByUser,
    ByItself(i32),
}

fn spec(options: &Options) -> Option<&'static AppSpec> {
    ALL.iter().find(|app| app.name == options.app)
}

/// The image's name on this machine, built as a deploy builds it.
async fn built(options: &Options) -> anyhow::Result<String> {
    let app = spec(options).map(|spec| spec.image(images::repository()));
    let app = app.ok_or_else(|| anyhow::anyhow!("there is no app {}", options.app))?;
    let name = app.local_name(&app.content_tag()?);
    if !base::present(&name).await? {
        let bases: &[BaseImage] = match app.source.rust {
            Some(_) => &[BaseImage::Debian, BaseImage::Rust],
            None => &[BaseImage::Debian],
        };
        images::ensure(bases, options.yes).await?;
        images::build(&app).await?;
    }
    Ok(name)
}

async fn followed(options: &Options, image: &str, containers: &Containers) -> anyhow::Result<Ended> {
    let storage = match &options.bucket {
        Some(bucket) => Storage::own(bucket, &options.region, &CREDENTIALS),
        None => {
            images::ensure(&[BaseImage::MiniStack], options.yes).await?;
            unless_interrupted(containers.start_storage(LOCAL_BUCKET, &options.region)).await?
        }
    };
    let scratch = spec(options).map_or(&[][..], |spec| spec.scratch);
    let app = AppContainer { image, port: options.port, scratch, variables: &options.variables };
    unless_interrupted(containers.start_app(&app, &storage)).await?;
    let mut log = containers.follow_app()?;
    let mut terminate = signal(SignalKind::terminate())?;
    let announce = async {
        if http::succeeds_within(ANSWERS_WITHIN, options.port, "GET", "/healthz").await {
            infra_options::say!(
                "{} answers at http://127.0.0.1:{}/, its bucket is {}; Ctrl-C ends it",
                options.app,
                options.port,
                storage.in_words()
            );
        } else {
            infra_options::say!(
                "{} does not answer on port {} after {} s; its log goes on below",
                options.app,
                options.port,
                ANSWERS_WITHIN.as_secs()
            );
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        // The log ends with the container.
        ended = log.wait() => ended.map(drop)?,
        () = announce => {}
        _ = tokio::signal::ctrl_c() => return Ok(Ended::ByUser),
        _ = terminate.recv() => return Ok(Ended::ByUser),
    }
    Ok(Ended::ByItself(containers.exit_code().await?))
}

/// `NAME=VALUE`, or a name that is set here.
fn variable(text: &str) -> Result<String, String> {
    let (name, is_set_here) = match text.split_once('=') {
        Some((name, _)) => (name, true),
        None => (text, std::env::var_os(text).is_some()),
    };
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match (is_name, is_set_here) {
        (true, true) => Ok(text.to_owned()),
        (true, false) => Err(format!("{name} is not set here: give it a value, {name}=VALUE")),
        (false, _) => Err("a variable looks like NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_a_value_or_is_set_here() {
        assert_eq!(variable("MAX_FILES=3"), Ok("MAX_FILES=3".to_owned()));
        assert_eq!(variable("EMPTY="), Ok("EMPTY=".to_owned()));
        assert!(variable("PATH").is_ok());
        assert!(variable("NOBODY_HAS_THIS_SET").unwrap_err().contains("NOBODY_HAS_THIS_SET=VALUE"));
        assert!(variable("=1").is_err() && variable("a b=1").is_err() && variable("").is_err());
    }
}
