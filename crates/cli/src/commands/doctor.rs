//! `framewright doctor`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use ::deploy::Account;
use ::deploy::calls::{Part, Scope};
use ::deploy::doctor::{self, Finding, Reach, Verdict, Way};
use ::deploy::provision::TRIGGER_ROLE;
use aws_config::SdkConfig;
use client::credentials::{self, Identity, Resolved};
use client::env::{self, Environment};
use client::{FindError, Installation, Sought};
use futures_util::future::join_all;

use crate::args::Doctor;
use crate::env_file::EnvFile;
use crate::error::CliError;
use crate::key_store::git::{self, Git};
use crate::show::{Shown, findings_table};
use crate::target::Target;

/// What renders call, by their ids; in small letters these are the names of their endpoints.
const SERVICES: [&str; 3] = ["STS", "Lambda", "S3"];

const HEALTH: &str = "https://health.aws.amazon.com/health/status";

/// Looks at everything that stands between this machine and a render; the exit code is 1 if something stops it.
pub(crate) async fn run(args: Doctor, file: &EnvFile) -> Result<ExitCode, CliError> {
    let shown = Shown::new(args.output.json);
    let mut findings = vec![of_env_file(file)];
    match Target::resolve(&args.place, &shown).await {
        Ok(target) => {
            Box::pin(examine(&target, &args, &shown, &mut findings)).await;
            target.finish().await;
        }
        Err(CliError::Target(error)) => {
            findings.push(
                Finding::new("credentials", Verdict::Bad, error.to_string()).advising(
                    "`framewright help doctor` lists credentials and regions in their order",
                ),
            );
        }
        Err(other) => return Err(other),
    }
    let first_step = what_first(&findings);
    findings.push(Finding::new(
        "service health",
        Verdict::NotChecked,
        format!("{HEALTH} says whether AWS itself is well"),
    ));
    let first = doctor::first_step(&findings);
    shown.result(
        &format!("{}\n\n{first_step}", findings_table(&findings)),
        &serde_json::json!({ "findings": findings, "first": first }),
    );
    let stopped = findings.iter().any(|one| one.verdict == Verdict::Bad);
    Ok(if stopped {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// What to do first, or why there is nothing.
fn what_first(findings: &[Finding]) -> String {
    let first = doctor::first_step(findings);
    if let Some((finding, advice)) = first.and_then(|one| Some((one, one.advice.as_deref()?))) {
        return format!("First: {advice} ({})", finding.subject);
    }
    let unknown: Vec<&str> = findings
        .iter()
        .filter(|one| one.verdict == Verdict::NotChecked)
        .map(|one| one.subject.as_str())
        .collect();
    if unknown.is_empty() {
        return "Nothing to do.".to_owned();
    }
    format!(
        "Nothing to do about what could be looked at. {} of {} could not: {}",
        unknown.len(),
        findings.len(),
        unknown.join(", ")
    )
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
    findings.push(caller.region_finding(target.region()));
    findings.push(caller.finding());
    let doctor::Caller::Known(identity) = caller else {
        return;
    };
    findings.push(doctor::key_age(config, now).await.finding());
    findings.push(doctor::concurrency(config).await.finding());
    shown.step("looking at what is deployed");
    let found = Box::pin(deployed(args, config, &identity, findings)).await;
    shown.step("asking what is permitted");
    Box::pin(permissions(target, &identity, found.as_ref(), findings)).await;
}

/// The function and its bucket, with their versions and settings.
async fn deployed(
    args: &Doctor,
    config: &SdkConfig,
    identity: &Identity,
    findings: &mut Vec<Finding>,
) -> Option<Installation> {
    let sought = Sought {
        function: args.which.function.clone(),
        bucket: args.which.bucket.clone(),
    };
    let found = match Installation::find(config, &identity.account, &sought).await {
        Ok(found) => found,
        Err(error) => {
            findings.push(not_found(&error, args.place.is_aws()));
            return None;
        }
    };
    findings.push(doctor::function_version(&found.function));
    let bucket = &found.bucket;
    let settings = Box::pin(doctor::bucket_settings(config, bucket.as_str())).await;
    findings.push(settings.finding(bucket.as_str()));
    let seen = match Account::open(config).await {
        Ok(account) => doctor::sites(&account, bucket).await,
        Err(error) => Err(error),
    };
    match seen {
        Ok(sites) if sites.is_empty() => findings.push(
            Finding::new("sites", Verdict::Advice, "there is none")
                .advising("`framewright sites create` deploys one"),
        ),
        Ok(sites) => findings.extend(sites.iter().map(doctor::SiteSeen::finding)),
        Err(error) => findings.push(Finding::new(
            "sites",
            Verdict::NotChecked,
            error.to_string(),
        )),
    }
    Some(found)
}

/// What it means that nothing to render with was found. The embedded cloud gets what is missing when it renders.
fn not_found(error: &FindError, on_aws: bool) -> Finding {
    let missing = if on_aws {
        Verdict::Bad
    } else {
        Verdict::Advice
    };
    let (verdict, advice) = match error {
        FindError::NoFunction { .. } | FindError::NoBucket { .. } => (
            missing,
            "`framewright deploy` deploys what is missing; --function and --bucket name what is meant",
        ),
        // What is deployed is not known: it may all be there.
        FindError::List { .. } => (
            Verdict::NotChecked,
            "--function and --bucket name what is deployed",
        ),
        _ => (Verdict::Bad, "--function and --bucket name what is meant"),
    };
    Finding::new("installation", verdict, error.to_string()).advising(advice)
}

/// Whether the caller may make the calls of the parts that it was set up as. On the embedded cloud whoever renders has
/// the trigger role.
async fn permissions(
    target: &Target,
    identity: &Identity,
    found: Option<&Installation>,
    findings: &mut Vec<Finding>,
) {
    let config = target.config();
    let partition = identity.arn.split(':').nth(1).unwrap_or("aws");
    let mut scope = Scope::new(partition, &identity.account, target.region());
    if let Some(found) = found {
        scope.bucket = found.bucket.to_string();
        scope.function = found.function.to_string();
    }
    if target.embedded().is_some() {
        // Both roles are told what they work with.
        scope.discovery = false;
        let trigger = doctor::role_permitted(config, &scope, TRIGGER_ROLE, Part::Trigger).await;
        findings.push(trigger.finding(TRIGGER_ROLE));
    } else {
        let played = Box::pin(doctor::played(config, &scope, &identity.arn)).await;
        let parts = played.iter();
        findings
            .extend(parts.map(|(part, may)| may.finding(&format!("the caller, {}", to(*part)))));
    }
    if found.is_some() {
        let role = doctor::render_role_permitted(config, &scope).await;
        let who = format!("{}, the render function's role", scope.render_role);
        findings.push(role.finding(&who));
    }
}

/// What whoever plays a part wants.
fn to(part: Part) -> &'static str {
    match part {
        Part::Trigger => "to render",
        Part::Deployer => "to deploy",
        Part::ClipInvoker => "to have clips cut",
        Part::Viewer => "to sign links",
        Part::Cleanup => "to clean up",
        other => other.name(),
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
    let mut seen = BTreeSet::new();
    endpoints.retain(|endpoint| seen.insert(endpoint.clone()));
    let reached = join_all(endpoints.iter().map(|endpoint| way.reach(endpoint))).await;
    findings.extend(
        endpoints
            .iter()
            .zip(&reached)
            .map(|(endpoint, reach)| reach.finding(endpoint)),
    );
    reached
}

/// Where a service answers.
fn endpoint(target: &Target, service: &'static str) -> String {
    if let Some(endpoint) = client::endpoint(target.config(), service) {
        return endpoint;
    }
    let service = service.to_ascii_lowercase();
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
        return Finding::new(
            ".env",
            Verdict::Good,
            "there is none here, so none is loaded",
        );
    };
    let named = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    let mut seen = format!("{} is loaded: {}", path.display(), named(&file.taken));
    if file.taken.is_empty() {
        seen = format!("{} is loaded, and sets nothing of ours", path.display());
    }
    if !file.overridden.is_empty() {
        seen += &format!("; the process has its own {}", named(&file.overridden));
    }
    if !file.dropped.is_empty() {
        seen += &format!(
            "; not used of the process, since it has no key to it: {}",
            named(&file.dropped)
        );
    }
    let secrets = [
        env::AWS_SECRET_ACCESS_KEY,
        env::REMOTION_AWS_SECRET_ACCESS_KEY,
    ];
    let has_secret = secrets
        .iter()
        .any(|one| file.taken.contains(one.name()) || file.overridden.contains(one.name()));
    let git = git::does_with(path);
    seen += match git {
        Git::Nothing => "; it is in no git repository",
        Git::Ignores => "; git ignores it",
        Git::MightAdd => "; git does not ignore it",
        Git::Tracks => "; git tracks it",
    };
    let advice = match git {
        Git::MightAdd if has_secret => format!("add `{}` to .gitignore", path.display()),
        Git::Tracks if has_secret => format!(
            "`git rm --cached {}`, add it to .gitignore, and replace the key: whoever has the repository has it",
            path.display()
        ),
        _ => return Finding::new(".env", Verdict::Good, seen),
    };
    Finding::new(".env", Verdict::Advice, seen).advising(advice)
}
