//! `framewright doctor`.

use std::process::ExitCode;

use ::deploy::doctor::{self, Finding, Reach, Verdict, Way};
use client::credentials::{self, Resolved};
use client::env::{self, Environment};
use client::{Installation, Sought};
use futures_util::future::join_all;

use crate::args::Doctor;
use crate::env_file::EnvFile;
use crate::error::CliError;
use crate::key_store;
use crate::show::{Shown, findings_table};
use crate::target::Target;

/// What renders call, by the names of their endpoints.
const SERVICES: [&str; 3] = ["sts", "lambda", "s3"];

const HEALTH: &str = "https://health.aws.amazon.com/health/status";

/// Looks at everything that stands between this machine and a render; the exit code is 1 if something stops it.
pub(crate) async fn run(args: Doctor, file: &EnvFile) -> Result<ExitCode, CliError> {
    let shown = Shown::new(args.output.json);
    let mut findings = vec![of_env_file(file)];
    match Target::open(&args.place, &shown).await {
        Ok(target) => {
            Box::pin(examine(&target, &args, &shown, &mut findings)).await;
            target.finish().await;
        }
        Err(CliError::Target(error)) => {
            findings.push(
                Finding::new("credentials", Verdict::Bad, error.to_string())
                    .advising("`framewright help` lists the variables in their order"),
            );
        }
        Err(other) => return Err(other),
    }
    findings.push(Finding::new(
        "service health",
        Verdict::NotChecked,
        format!("{HEALTH} says whether AWS itself is well"),
    ));
    let first = doctor::first_step(&findings);
    let advice = match first.and_then(|finding| Some((finding, finding.advice.as_deref()?))) {
        Some((finding, advice)) => format!("First: {} ({})", advice, finding.subject),
        None => "Nothing to do.".to_owned(),
    };
    shown.result(
        &format!("{}\n\n{advice}", findings_table(&findings)),
        &serde_json::json!({ "findings": findings, "first": first }),
    );
    let stopped = findings.iter().any(|one| one.verdict == Verdict::Bad);
    Ok(if stopped {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

async fn examine(target: &Target, args: &Doctor, shown: &Shown, findings: &mut Vec<Finding>) {
    let config = target.config();
    let environment = Environment::of_process();
    match target.resolved() {
        Some(resolved) => findings.extend(of_sources(resolved)),
        None => findings.push(Finding::new(
            "credentials",
            Verdict::Good,
            "the embedded cloud's own",
        )),
    }
    findings.push(Finding::new("region", Verdict::Good, target.region()));
    shown.step("reaching the endpoints");
    let reached = reach(target, &environment, findings).await;
    let server_time = reached.iter().find_map(|reach| match reach {
        Reach::Reached(reached) => reached.server_time,
        _ => None,
    });
    let now = jiff::Timestamp::now();
    findings.push(match server_time {
        Some(server) => doctor::skew(now, server).finding(),
        None => Finding::new("clock", Verdict::NotChecked, "no server told its time"),
    });
    shown.step("asking who calls");
    let caller = doctor::caller(config).await;
    findings.push(caller.finding());
    let doctor::Caller::Known(identity) = caller else {
        return;
    };
    findings.push(doctor::key_age(config, now).await.finding());
    findings.push(doctor::concurrency(config).await.finding());
    shown.step("looking at what is deployed");
    let sought = Sought {
        function: args.which.function.clone(),
        bucket: args.which.bucket.clone(),
    };
    match Installation::find(config, &identity.account, &sought).await {
        Ok(found) => {
            let seen = format!("{} (version {})", found.function, found.function.version());
            findings.push(Finding::new("function", Verdict::Good, seen));
            let bucket = found.bucket.as_str();
            let settings = doctor::bucket_settings(config, bucket).await;
            findings.push(settings.finding(bucket));
        }
        Err(error) => findings.push(
            Finding::new("installation", Verdict::Advice, error.to_string()).advising(
                "deploy a function, or name it with --function and its bucket with --bucket",
            ),
        ),
    }
}

async fn reach(
    target: &Target,
    environment: &Environment,
    findings: &mut Vec<Finding>,
) -> Vec<Reach> {
    let bundle = match credentials::ca_bundle(environment) {
        Ok(bundle) => bundle,
        Err(error) => {
            findings.push(
                Finding::new("certificates", Verdict::Bad, error.to_string())
                    .advising("AWS_CA_BUNDLE names a file of PEM certificates"),
            );
            None
        }
    };
    let way = Way::new(bundle.as_ref(), target.embedded().is_none());
    let mut endpoints: Vec<String> = SERVICES
        .iter()
        .map(|service| endpoint(target, service))
        .collect();
    endpoints.dedup();
    let reached = join_all(endpoints.iter().map(|endpoint| way.reach(endpoint))).await;
    findings.extend(
        endpoints
            .iter()
            .zip(&reached)
            .map(|(endpoint, reach)| reach.finding(endpoint)),
    );
    reached
}

/// Where a service answers, as far as that is said for all services.
fn endpoint(target: &Target, service: &str) -> String {
    if let Some(endpoint) = target.config().endpoint_url() {
        return endpoint.to_owned();
    }
    let region = target.region();
    let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://{service}.{region}.amazonaws.com{suffix}")
}

fn of_sources(resolved: &Resolved) -> Vec<Finding> {
    let found = Finding::new("credentials", Verdict::Good, resolved.source.to_string());
    let hidden = resolved.shadowed.iter().map(|source| {
        Finding::new(
            "credentials",
            Verdict::Advice,
            format!("{source} is set too and not used"),
        )
        .advising(format!(
            "unset it, or what comes first: {}",
            resolved.source
        ))
    });
    std::iter::once(found).chain(hidden).collect()
}

/// Whether the file of variables was read, hidden by the process's own, and kept from git.
fn of_env_file(file: &EnvFile) -> Finding {
    let Some(path) = &file.path else {
        return Finding::new(".env", Verdict::Good, "there is none");
    };
    let named = |names: &std::collections::BTreeSet<String>| {
        names.iter().cloned().collect::<Vec<_>>().join(", ")
    };
    let mut seen = format!("{} sets {}", path.display(), named(&file.taken));
    if file.taken.is_empty() {
        seen = format!("{} sets nothing of ours", path.display());
    }
    if !file.overridden.is_empty() {
        seen += &format!("; the process has its own {}", named(&file.overridden));
    }
    let secrets = [
        env::AWS_SECRET_ACCESS_KEY,
        env::REMOTION_AWS_SECRET_ACCESS_KEY,
    ];
    let is_secret = secrets
        .iter()
        .any(|one| file.taken.contains(one.name()) || file.overridden.contains(one.name()));
    if is_secret && key_store::git::might_add(path) {
        return Finding::new(
            ".env",
            Verdict::Advice,
            format!("{seen}; git does not ignore it"),
        )
        .advising(format!("add `{}` to .gitignore", path.display()));
    }
    Finding::new(".env", Verdict::Good, seen)
}
