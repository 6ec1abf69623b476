//! `policy`: what whoever runs a command on a stack must be allowed to do.

use crate::StackOptions;
use std::path::PathBuf;

const MORE: &str = "\
Examples:
  cargo xtask policy --account 123456789012 --region eu-west-1
  cargo xtask policy preview --account 123456789012 --region eu-west-1
  cargo xtask policy teardown --stack prod --out target/policy
  cargo xtask policy --github my-org/app --branch main --out target/policy

Asks AWS for nothing where --account is given; else it is the credentials'
account. What the stack's present settings need is derived from the calls that
each kind of resource declares. `deploy` allows preview, run-task, status, logs
and rollback, too; teardown is a policy of its own.

Reading is allowed of everything, as the engine finds what it has made by
listing; writing is allowed of what carries the stack's name or tags alone.
Policies are split where IAM's limit of 6144 characters wants it.

Prints {\"policies\": [{\"name\", \"document\"}], \"trust\"}; with --out a file for
each document.";

/// Print the IAM policies that a command needs, and the trust policy of a GitHub Actions role
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The command that is to be allowed
    #[arg(value_enum, default_value_t = Allowed::Deploy)]
    pub command: Allowed,

    /// The account's number; nothing is asked of AWS then
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<String>,

    /// Also print the trust policy of a role that GitHub Actions of this repository may assume, without a stored key
    #[arg(long, value_name = "OWNER/REPOSITORY", value_parser = repository)]
    pub github: Option<String>,

    /// With --github: the branch that may assume it, and no other
    #[arg(long, default_value = "main", requires = "github")]
    pub branch: String,

    /// Write each document into a file in this folder
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,
}

/// What is to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Allowed {
    /// Deploying, and what one does with a stack that is deployed
    Deploy,
    /// Reading alone
    Preview,
    /// Deleting it
    Teardown,
}

impl Allowed {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Preview => "preview",
            Self::Teardown => "teardown",
        }
    }
}

fn account(text: &str) -> Result<String, String> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account { Ok(text.to_owned()) } else { Err("an account is twelve digits".to_owned()) }
}

fn repository(text: &str) -> Result<String, String> {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    match text.split_once('/') {
        Some((owner, name)) if is_part(owner) && is_part(name) => Ok(text.to_owned()),
        _ => Err("a repository looks like OWNER/REPOSITORY".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_have_twelve_digits_and_repositories_an_owner() {
        assert!(account("123456789012").is_ok() && account("12345678901x").is_err() && account("1").is_err());
        for wrong in ["", "repository", "owner/", "owner/*", "a/b/c", "owner/re po"] {
            assert!(repository(wrong).is_err(), "{wrong}");
        }
        assert!(repository("my-org/my.repository_1").is_ok());
    }
}
