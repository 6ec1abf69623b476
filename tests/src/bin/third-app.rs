//! The commands that need AWS, for stacks of three apps: the third is the Rust app once more, under another name and path.

use std::process::ExitCode;

use infra::apps::{AppList, AppSpec, php, web};

/// What a third app touches: this description, and its place in the list.
const THIRD: AppSpec = AppSpec {
    name: "third",
    path: "/third",
    defaults: || infra::settings::AppSettings { container_port: 8080, ..(php::APP.defaults)() },
    ..web::APP
};

const APPS: AppList = &[web::APP, php::APP, THIRD];

fn main() -> anyhow::Result<ExitCode> {
    infra_deploy::main_with(APPS, infra_deploy::Overrides::default())
}
