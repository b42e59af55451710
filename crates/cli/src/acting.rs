//! Where a command acted, for command lines that are to act there too.

use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;
use client::env::{self, Environment};

use crate::args::TargetName;
use crate::project_file;

/// Where a command acted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Acting {
    /// The options of a command that acts on the same account.
    pub(crate) options: String,
    /// The region, where it is known without asking anybody.
    pub(crate) region: Option<String>,
}

impl Acting {
    /// What the command line says, with the variables that it takes options from.
    pub(crate) fn of(matches: &ArgMatches) -> Self {
        let mut leaf = matches;
        while let Some((_, below)) = leaf.subcommand() {
            leaf = below;
        }
        let Some(target) = value::<TargetName>(leaf, "target") else {
            return Self::default();
        };
        let region = value::<String>(leaf, "region");
        let mut options = String::new();
        match target {
            TargetName::Aws => {
                options += " --target aws";
                if let Some(region) = &region {
                    options += &format!(" --region {}", for_shell(region));
                }
            }
            TargetName::Embedded if is_typed(leaf, "target") => options += " --target embedded",
            TargetName::Embedded => {}
        }
        let state = value::<PathBuf>(leaf, "state");
        if let Some(state) =
            state.filter(|_| target == TargetName::Embedded && is_typed(leaf, "state"))
        {
            options += &format!(" --state {}", for_shell(&state.display().to_string()));
        }
        Self {
            options,
            region: region.or_else(|| default_region(target)),
        }
    }
}

/// The value of an option, where the command has it.
fn value<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, option: &str) -> Option<T> {
    matches.try_get_one::<T>(option).ok().flatten().cloned()
}

/// Whether the command line itself says it. The command must have the option.
fn is_typed(matches: &ArgMatches, option: &str) -> bool {
    matches.value_source(option) == Some(ValueSource::CommandLine)
}

fn default_region(target: TargetName) -> Option<String> {
    if target == TargetName::Embedded {
        return Some(cloud::Region::default().to_string());
    }
    let environment = Environment::of_process();
    let variables = [
        env::REMOTION_AWS_REGION,
        env::AWS_REGION,
        env::AWS_DEFAULT_REGION,
    ];
    match environment.first(&variables) {
        Some((_, region)) => Some(region.to_owned()),
        None => project_file::read(".".as_ref()).ok()?.region,
    }
}

/// A word of a POSIX shell.
pub(crate) fn for_shell(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Acting;
    use crate::args::Args;

    fn options(line: &[&str]) -> String {
        let line = ["framewright"].iter().chain(line);
        Acting::of(&Args::command().get_matches_from(line)).options
    }

    #[test]
    fn a_command_is_told_where_another_acted() {
        let setup = ["permissions", "setup", "--target"];
        assert_eq!(options(&[&setup[..], &["aws"]].concat()), " --target aws");
        let region = ["aws", "--region", "eu-west-1", "--profile", "p"];
        assert_eq!(
            options(&[&setup[..], &region].concat()),
            " --target aws --region eu-west-1"
        );
        let state = ["embedded", "--state", "/a b"];
        assert_eq!(
            options(&[&setup[..], &state].concat()),
            " --target embedded --state '/a b'"
        );
        assert_eq!(options(&["policies", "validate", "x.json"]), "");
    }
}
