//! End-to-end suites over containers and emulators. Their names are sentences about what a user relies on.

mod browser;
mod certificates;
mod check;
mod command_line;
mod conformance;
mod docker_command;
mod documentation;
mod ecs_commands;
mod fault_proxy;
mod first_hour;
mod house_rules;
mod local_stack;
mod ministack_drift;
mod moto;
mod odd_keys;
mod round_trip;
mod settings_matrix;
mod sweeps;
mod third_app;
