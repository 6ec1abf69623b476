//! The flags of every command that works on a stack.

/// Which stack, where.
#[derive(Clone, Debug, clap::Args)]
pub struct StackOptions {
    /// Use a local AWS on this machine instead of an AWS account
    #[arg(long)]
    pub local: bool,

    /// The local AWS's port; another port is another local AWS
    #[arg(long, value_name = "PORT", env = "LOCAL_AWS_PORT", default_value_t = 4566, value_parser = clap::value_parser!(u16).range(1024..))]
    pub local_port: u16,

    /// The stack's name: part of the name of everything in it
    #[arg(long, value_name = "NAME", default_value = "cloudfolks", value_parser = stack_name)]
    pub stack: String,

    /// The AWS region; by default the standard AWS configuration decides, with --local us-east-1
    #[arg(long)]
    pub region: Option<String>,

    /// Ask nothing
    #[arg(long)]
    pub yes: bool,

    /// Print the result as JSON on standard output
    #[arg(long)]
    pub json: bool,

    /// Change a setting of the stack; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub settings: Vec<String>,
}

impl StackOptions {
    /// The provider's arguments for a command.
    pub fn provider_arguments(&self, command: &str) -> Vec<String> {
        let mut arguments = vec![command.to_owned(), "--stack".to_owned(), self.stack.clone()];
        if let Some(region) = &self.region {
            arguments.extend(["--region".to_owned(), region.clone()]);
        }
        for (given, flag) in [(self.yes, "--yes"), (self.json, "--json"), (self.local, "--local")] {
            if given {
                arguments.push(flag.to_owned());
            }
        }
        for setting in &self.settings {
            arguments.extend(["--set".to_owned(), setting.clone()]);
        }
        arguments
    }
}

fn stack_name(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase());
    if starts_well && text.chars().all(allowed) && !text.ends_with('-') {
        Ok(text.to_owned())
    } else {
        Err("a stack's name is made of a-z, 0-9 and -, starts with a letter and does not end with -"
            .to_owned())
    }
}

fn setting(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((key, _)) if !key.is_empty() => Ok(text.to_owned()),
        _ => Err("a setting looks like KEY=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stack_names_are_checked() {
        for good in ["a", "cloudfolks", "team-2-blue"] {
            assert!(stack_name(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "2nd", "Cloud", "a_b", "a-", "ä"] {
            assert!(stack_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn settings_have_a_key() {
        assert!(setting("web.cpu=512").is_ok());
        assert!(setting("web.cpu=").is_ok());
        assert!(setting("=1").is_err());
        assert!(setting("web.cpu").is_err());
    }

    #[test]
    fn the_provider_gets_what_was_given() {
        let options = StackOptions {
            local: true,
            local_port: 4566,
            stack: "two".to_owned(),
            region: Some("eu-west-1".to_owned()),
            yes: false,
            json: true,
            settings: vec!["a=1".to_owned()],
        };
        let expected = "deploy --stack two --region eu-west-1 --json --local --set a=1";
        assert_eq!(options.provider_arguments("deploy").join(" "), expected);
    }
}
