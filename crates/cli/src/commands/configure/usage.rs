//! Whether commands will use the key that was written, and what they lack besides.

use std::path::Path;

use client::credentials::{self, ResolveError, Wish};
use client::env::{self, Environment, Variable};

use super::origin::Given;
use crate::args::Configure;
use crate::env_file::EnvFile;
use crate::project_file;

/// What its owner should know before the next command.
pub(super) async fn warnings(args: &Configure, given: &Given, file: &EnvFile) -> Vec<String> {
    let mut warnings = Vec::new();
    if !args.place.is_aws() {
        return warnings;
    }
    if args.place.profile.is_none() {
        let environment = Environment::of_process();
        let first = comes_first(&environment, &given.key.id, file);
        warnings.extend(first.map(|variable| {
            format!("the key is not used while the process sets {variable}, which comes first")
        }));
    }
    let wish = Wish {
        region: given.region.clone(),
        profile: args.place.profile.clone(),
        fallback_region: project_file::read(".".as_ref())
            .ok()
            .and_then(|file| file.region),
    };
    let resolved = credentials::resolve(&Environment::of_process(), &wish).await;
    if matches!(resolved, Err(ResolveError::NoRegion)) {
        warnings.push(
            "no region is set: `framewright configure --region REGION` keeps one beside the key; else each command wants --region or REMOTION_AWS_REGION".to_owned(),
        );
    }
    warnings
}

/// How the key is used, where that is not by itself.
pub(super) fn how(args: &Configure) -> Option<String> {
    match (&args.place.profile, &args.key_file) {
        (Some(name), _) => Some(format!(
            "--profile {name} uses it, or REMOTION_AWS_PROFILE={name}"
        )),
        (None, Some(file)) if file != Path::new(".env") => {
            Some(format!("--env-file {} uses it", file.display()))
        }
        _ => None,
    }
}

/// The variable of the process itself that hides a key in the file of variables.
fn comes_first(environment: &Environment, id: &str, file: &EnvFile) -> Option<Variable> {
    let is_processes = |variable: &Variable| !file.taken.contains(variable.name());
    let is_other = |variable: &Variable| environment.get(*variable).is_some_and(|its| its != id);
    [env::REMOTION_AWS_PROFILE, env::REMOTION_AWS_ACCESS_KEY_ID]
        .into_iter()
        .find(|variable| is_processes(variable) && is_other(variable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_the_key_is_named() {
        let check = |variable, value, taken: &[&str], expected| {
            let environment = Environment::of([(variable, value)]);
            let file = EnvFile {
                taken: taken.iter().map(|name| (*name).to_owned()).collect(),
                ..EnvFile::default()
            };
            assert_eq!(comes_first(&environment, "AKIANEW", &file), expected);
        };
        let (profile, id) = (env::REMOTION_AWS_PROFILE, env::REMOTION_AWS_ACCESS_KEY_ID);
        check(profile, "p", &[], Some(profile));
        check(id, "AKIAOLD", &[], Some(id));
        check(id, "AKIANEW", &[], None);
        // What was in the file before is what was written over.
        check(id, "AKIAOLD", &[id.name()], None);
    }
}
