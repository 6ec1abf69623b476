//! The image app's infrastructure as plain Rust functions. Start reading at [`program`]; every knob is in `settings`.

pub mod app;
mod app_spec;
pub mod apps;
pub mod cluster;
pub mod context;
pub mod cost;
mod destination;
pub mod explained;
pub mod exports;
pub mod fit;
pub mod identity;
pub mod instances;
pub mod keys;
pub mod load_balancing;
pub mod names;
pub mod network;
pub mod owned_counts;
pub mod placement;
pub mod protection;
pub mod registry;
pub mod render;
pub mod scaling;
pub mod secrets;
pub mod service;
pub mod settings;
pub mod shifting;
mod stack_name;
pub mod storage;
pub mod task;
pub mod traffic;

pub use destination::Destination;
pub use exports::Exports;
pub use names::Names;
pub use owned_counts::OwnedCount;
pub use settings::{Given, Settings, Violation};
pub use stack_name::{DEFAULT_STACK, StackName, StackNameError};

use context::{Context, TaskContext};
use infra_ecs::fit::FitReport;
use infra_engine::Stack;
use infra_engine::stack::StackError;
use infra_resources::NameError;
use keys::Keys;
use registry::ImageTags;

/// A stack, and what people see of it once it is deployed.
#[derive(Debug)]
pub struct Program {
    /// The resources.
    pub stack: Stack,
    /// What `outputs` prints.
    pub exports: Exports,
    /// How the tasks fit on the instances, where there are some.
    pub fit: FitReport,
    /// What a person should know before a deploy.
    pub notes: Vec<String>,
}

/// Why there is no stack: found before any call is made.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// A setting is outside its range, or at odds with others.
    #[error("{}", .0.iter().map(Violation::to_string).collect::<Vec<_>>().join("\n"))]
    Settings(Vec<Violation>),
    /// A name is longer than AWS allows, or one that AWS keeps for itself.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The program put the stack together wrongly, or AWS would refuse what is in it.
    #[error("{}{}", .0.iter().map(StackError::to_string).collect::<Vec<_>>().join("\n"), explained::hint(.0))]
    Stack(Vec<StackError>),
    /// Several of these.
    #[error("{}", .0.iter().map(Self::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<Self>),
}

/// Whether the settings make a stack, without an account and without any call. What depends on the region is looked at
/// where it is known.
///
/// # Errors
/// As [`program`].
pub fn check(stack_name: &StackName, settings: &Settings, region: Option<&str>) -> Result<(), ProgramError> {
    // No account has this number, and no source these tags.
    let region_or_any = region.unwrap_or(ANY_REGION).to_owned();
    let destination = Destination { account_id: "000000000000".to_owned(), region: region_or_any };
    let tags = settings.apps.specs().iter().map(|app| (app.name, "src-0".to_owned())).collect();
    let unreachable = region.map(|region| out_of_reach(settings, region)).unwrap_or_default();
    checked(settings, unreachable, stack(stack_name, settings, &destination, &tags)).map(drop)
}

/// The region that a stack is checked for where none is known: names of other regions are hardly longer.
pub const ANY_REGION: &str = "us-east-1";

/// The whole stack, with every setting checked.
///
/// # Errors
/// With all that is wrong: a setting is outside its range, a name is too long or AWS's own, the stack is put together
/// wrongly, or AWS would refuse what is in it.
pub fn program(
    stack_name: &StackName,
    settings: &Settings,
    destination: &Destination,
    tags: &ImageTags,
) -> Result<Program, ProgramError> {
    let unreachable = out_of_reach(settings, &destination.region);
    checked(settings, unreachable, stack(stack_name, settings, destination, tags))
}

/// What the settings name and a stack in this region can't use.
fn out_of_reach(settings: &Settings, region: &str) -> Vec<Violation> {
    [
        registry::out_of_reach(settings, region),
        keys::out_of_reach(settings, region),
        secrets::out_of_reach(settings, region),
        settings::load_balancer::out_of_reach(settings, region),
    ]
    .concat()
}

/// The program, if nothing is wrong; else all that is.
fn checked(
    settings: &Settings,
    unreachable: Vec<Violation>,
    program: Result<Program, ProgramError>,
) -> Result<Program, ProgramError> {
    let mut violations = settings.violations();
    violations.extend(unreachable);
    match program {
        program if violations.is_empty() => program,
        Ok(_) => Err(ProgramError::Settings(violations)),
        Err(error) => Err(ProgramError::Several(vec![ProgramError::Settings(violations), error])),
    }
}

/// The stack. This is the function to edit to add something to it.
fn stack(
    stack_name: &StackName,
    settings: &Settings,
    destination: &Destination,
    tags: &ImageTags,
) -> Result<Program, ProgramError> {
    let names = Names::new(stack_name, destination)?;
    let mut stack = Stack::new(stack_name.as_str()).with_tags(settings.tags.clone());

    storage::lease_bucket(&mut stack, &names);
    let network = network::network(&mut stack, &names, settings);
    let keys = Keys::of(&mut stack, settings);
    let images = registry::images(&mut stack, &names, settings, tags, &keys)?;
    let bucket = storage::bucket(&mut stack, &names, settings, &keys);
    let roles = identity::roles(&mut stack, &names, settings, destination, &keys)?;
    let infrastructure_role =
        settings.has_traffic_to_shift().then(|| identity::infrastructure_role(&mut stack, &names, settings));
    let logs = storage::log_group(&mut stack, &names, &settings.logs, &keys);
    let cluster = cluster::cluster(&mut stack, &names, &settings.cluster);
    let balancer = load_balancing::load_balancer(&mut stack, &names, settings, &network)?;

    let tasks = TaskContext {
        region: &destination.region,
        bucket: &bucket,
        roles: &roles,
        logs: &logs,
        direct_upload: settings.storage.direct_upload,
        load_balancer: &settings.load_balancer,
        strip_location: settings.storage.strip_location,
        uploads: &settings.uploads,
    };
    let context = Context {
        names: &names,
        settings,
        keys: &keys,
        network: &network,
        cluster: &cluster,
        balancer: &balancer,
        infrastructure_role: infrastructure_role.as_ref(),
        tasks: &tasks,
    };
    let apps = app::apps(&mut stack, &images, &context)?;
    let fit = fit::fit(&mut stack, settings, &apps);

    match stack.errors() {
        [] => {
            let services = apps.into_iter().map(|app| app.service).collect();
            let exports = Exports::new(&names, destination, &balancer, settings, services);
            let mut notes = registry::of_other_accounts(settings, destination);
            notes.extend(network::zones_elsewhere(settings, &destination.region));
            notes.extend(keys::notes(settings, destination));
            Ok(Program { stack, exports, fit, notes })
        }
        errors => Err(ProgramError::Stack(errors.to_vec())),
    }
}
