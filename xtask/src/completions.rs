//! `completions`: what a shell needs to complete `cargo xtask` by itself.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use clap::Command;
use clap_complete::Shell;

/// The name that the shells' functions have: they complete a program, and cargo's subcommands are none.
const NAME: &str = "xtask";

const MORE: &str = "\
Examples:
  cargo xtask completions bash > ~/.local/share/bash-completion/completions/xtask && . ~/.local/share/bash-completion/completions/xtask
  . <(cargo xtask completions bash)            in ~/.bashrc or ~/.zshrc (zsh: after compinit)
  cargo xtask completions fish | source        in ~/.config/fish/config.fish

What is printed completes a command `xtask`, and `cargo xtask` by handing its words on to that. In bash it takes the place of cargo's
own completion, which it calls for everything else if that was there before.";

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The shell
    #[arg(value_enum)]
    shell: Known,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Known {
    Bash,
    Zsh,
    Fish,
}

/// `cargo xtask` as the words of a command `xtask`.
const BASH: &str = r#"
__xtask_cargo_before=${__xtask_cargo_before-$(complete -p cargo 2>/dev/null | sed -n 's/.* -F \([^ ]*\) .*/\1/p')}
_cargo_xtask() {
    if [[ ${COMP_WORDS[1]} == xtask && $COMP_CWORD -gt 1 ]]; then
        COMP_WORDS=("${COMP_WORDS[@]:1}")
        COMP_CWORD=$((COMP_CWORD - 1))
        _xtask xtask "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    elif [[ -n $__xtask_cargo_before ]]; then
        "$__xtask_cargo_before" "$@"
    elif [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W "build check clippy doc fmt run test xtask" -- "${COMP_WORDS[1]}"))
    fi
}
complete -F _cargo_xtask -o bashdefault -o default cargo
"#;

const ZSH: &str = r#"
_cargo_xtask() {
    if [[ $words[2] == xtask ]] && (( CURRENT > 2 )); then
        shift words
        (( CURRENT-- ))
        _xtask "$@"
    elif (( $+functions[_cargo] )); then
        _cargo "$@"
    fi
}
compdef _cargo_xtask cargo
"#;

const FISH: &str = r#"
complete -c cargo -n "__fish_seen_subcommand_from xtask" -f -a "(complete -C (string replace -r '^\s*\S*cargo\s+' '' -- (commandline -cp)))"
"#;

/// Prints them.
pub fn run(options: &Options, cli: Command) -> anyhow::Result<ExitCode> {
    std::io::stdout().write_all(&script(options.shell, cli)).context("cannot write to standard output")?;
    Ok(ExitCode::SUCCESS)
}

fn script(shell: Known, mut cli: Command) -> Vec<u8> {
    let (shell, of_cargo) = match shell {
        Known::Bash => (Shell::Bash, BASH),
        Known::Zsh => (Shell::Zsh, ZSH),
        Known::Fish => (Shell::Fish, FISH),
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli, NAME, &mut script);
    script.extend(of_cargo.as_bytes());
    script
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use clap::ValueEnum;

    /// What bash offers for the last of these words.
    fn offered(words: &[&str]) -> Vec<String> {
        let script = String::from_utf8(script(Known::Bash, crate::Cli::command())).unwrap();
        let list = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
        let ask = format!(
            "{script}\nCOMP_WORDS=({list}); COMP_CWORD={}; _cargo_xtask cargo '{}' ''; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.len() - 1,
            words.last().unwrap()
        );
        let answer = std::process::Command::new("bash").args(["--norc", "-c", &ask]).output().unwrap();
        String::from_utf8(answer.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn bash_completes_commands_flags_and_values_of_cargo_xtask() {
        assert_eq!(offered(&["cargo", "xtask", "dep"]), ["deploy"]);
        assert_eq!(offered(&["cargo", "xtask", "deploy", "--local-s"]), ["--local-speed"]);
        assert_eq!(offered(&["cargo", "xtask", "completions", "z"]), ["zsh"]);
        assert_eq!(offered(&["cargo", "xt"]), ["xtask"]);
    }

    #[test]
    fn every_shell_gets_every_command_that_is_not_hidden() {
        for shell in Known::value_variants() {
            let script = String::from_utf8(script(*shell, crate::Cli::command())).unwrap();
            for command in crate::Cli::command().get_subcommands().filter(|it| !it.is_hide_set()) {
                assert!(script.contains(command.get_name()), "{shell:?}: {}", command.get_name());
            }
        }
    }
}
