//! The image app's infrastructure as plain Rust functions. Start reading at [`program`]; every knob is in `settings`.

pub mod app;
pub mod apps;
pub mod cluster;
pub mod cost;
pub mod exports;
pub mod fit;
pub mod identity;
pub mod instances;
pub mod load_balancing;
pub mod names;
pub mod network;
pub mod registry;
pub mod render;
pub mod runs_on;
pub mod scaling;
pub mod service;
pub mod settings;
pub mod storage;
pub mod task;

pub use exports::Exports;
pub use names::{Names, StackName};
pub use settings::Settings;

use app::Surroundings;
use infra_engine::Stack;
use infra_engine::stack::StackError;
use infra_resources::NameError;
use infra_resources::ecs::fit::FitReport;
use registry::ImageTags;

/// Where a stack is deployed to: part of some names and policies.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The twelve digits of the account.
    pub account_id: String,
    /// The region, such as `us-east-1`.
    pub region: String,
}

/// A stack, and what of it is told to people once it is deployed.
#[derive(Debug)]
pub struct Program {
    /// The resources.
    pub stack: Stack,
    /// What `outputs` prints.
    pub exports: Exports,
    /// How the tasks fit on the instances, where there are some.
    pub fit: FitReport,
}

/// Why there is no stack: found before any call is made.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// A name is longer than AWS allows.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The program put the stack together wrongly, or AWS would refuse what is in it.
    #[error("{}", .0.iter().map(StackError::to_string).collect::<Vec<_>>().join("\n"))]
    Stack(Vec<StackError>),
}

/// Whether the settings make a stack, without an account and without any call.
///
/// # Errors
/// As [`program`].
pub fn check(stack_name: &StackName, settings: &Settings, region: &str) -> Result<(), ProgramError> {
    // No account has this number, and no source this tag.
    let destination = Destination { account_id: "000000000000".to_owned(), region: region.to_owned() };
    let tags = ImageTags { web: "src-0".to_owned(), php: "src-0".to_owned() };
    program(stack_name, settings, &destination, &tags).map(drop)
}

/// The whole stack. This is the function to edit to add something to it.
///
/// # Errors
/// When a name is too long, the stack is put together wrongly, or AWS would refuse what is in it.
pub fn program(
    stack_name: &StackName,
    settings: &Settings,
    destination: &Destination,
    tags: &ImageTags,
) -> Result<Program, ProgramError> {
    let names = Names::new(stack_name, destination)?;
    let mut stack = Stack::new(stack_name.as_str());

    storage::lease_bucket(&mut stack, &names);
    let network = network::network(&mut stack, &names, settings);
    let images = registry::images(&mut stack, &names, settings, tags);
    let bucket = storage::bucket(&mut stack, &names, &settings.storage);
    let roles = identity::roles(&mut stack, &names, destination);
    let logs = storage::log_group(&mut stack, &names, &settings.logs);
    let cluster = cluster::cluster(&mut stack, &names, &settings.cluster);
    let balancer = load_balancing::load_balancer(&mut stack, &names, settings, &network);

    let tasks = task::SharedByTasks {
        region: &destination.region,
        bucket: &bucket,
        roles: &roles,
        logs: &logs,
        direct_upload: settings.storage.direct_upload,
    };
    let around = Surroundings {
        names: &names,
        settings,
        network: &network,
        cluster: &cluster,
        balancer: &balancer,
        tasks: &tasks,
    };
    let apps = apps::apps(&mut stack, &images, &around)?;
    let fit = fit::fit(&mut stack, settings, &apps);

    match stack.errors() {
        [] => {
            let services = apps.into_iter().map(|app| app.service).collect();
            let exports = Exports::new(&names, destination, &balancer.load_balancer, services);
            Ok(Program { stack, exports, fit })
        }
        errors => Err(ProgramError::Stack(errors.to_vec())),
    }
}
