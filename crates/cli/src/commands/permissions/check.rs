//! `framewright permissions check`.

use std::process::ExitCode;

use deploy::calls::Part;
use deploy::permissions::check::{Checker, Mark, Principal, Report};
use serde_json::{Value, json};

use super::PermissionsError;
use super::scope::{Identity, wanted};
use crate::args::Check;
use crate::error::CliError;
use crate::show::{Shown, ruled};
use crate::target::Target;

pub(crate) async fn run(args: Check) -> Result<ExitCode, CliError> {
    let shown = Shown::new(args.output.json);
    let target = Target::open(&args.place, &shown).await?;
    let checked = check(&args, &target, &shown).await;
    target.finish().await;
    let is_good = checked?;
    Ok(if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn check(args: &Check, target: &Target, shown: &Shown) -> Result<bool, PermissionsError> {
    let identity = Identity::of(target.config()).await?;
    let scope = identity.scope(target.region());
    let wanted = wanted(scope, &args.wanted, Some(target.config())).await?;
    let checker = Checker::new(target.config(), wanted.scope().clone());
    let mut reports = Vec::new();
    let arn = args.principal.as_deref().unwrap_or(&identity.arn);
    if arn.ends_with(":root") {
        shown.warning(
            "the root user may do everything: no policy limits it, so use another identity",
        );
    } else {
        let principal = Principal::parse_in(&identity.account, arn)?;
        let parts = parts(args, &principal);
        reports.push(checker.principal(&principal, &parts).await?);
    }
    let render_role = checker.render_role().await?;
    reports.retain(|report| report.principal != render_role.principal);
    reports.push(render_role);
    for report in &reports {
        shown.result(&text(report), &object(report));
    }
    Ok(reports.iter().all(Report::is_good))
}

/// A user deploys and renders, a role renders, unless something else is said.
fn parts(args: &Check, principal: &Principal) -> Vec<Part> {
    let mut parts = match principal {
        _ if !args.parts.is_empty() => return args.parts.clone(),
        Principal::User(_) => vec![Part::Deployer, Part::Trigger],
        Principal::Role(_) => vec![Part::Trigger],
    };
    if args.wanted.clip {
        parts.push(Part::ClipInvoker);
    }
    parts
}

fn text(report: &Report) -> String {
    let rows = report.findings.iter().map(|finding| {
        let sign = finding.mark.sign().to_owned();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (reason, fix) = (text(&finding.reason), text(&finding.fix));
        [sign, finding.what.clone(), reason, fix]
    });
    let table = ruled(["", "what", "why", "what to do"], rows);
    let parts: Vec<_> = report.parts.iter().map(|part| part.name()).collect();
    let how = if report.is_simulated {
        "AWS simulated every call"
    } else {
        "simulation is not allowed: the policies that may be read decided"
    };
    format!(
        "{} as {} ({how})\n{table}",
        report.principal,
        parts.join(", ")
    )
}

fn object(report: &Report) -> Value {
    let findings = report.findings.iter().map(|finding| {
        json!({
            "what": finding.what,
            "mark": match finding.mark {
                Mark::Good => "good",
                Mark::NotChecked => "notChecked",
                Mark::Bad => "bad",
            },
            "reason": finding.reason,
            "fix": finding.fix,
        })
    });
    json!({
        "principal": report.principal,
        "parts": report.parts.iter().map(|part| part.name()).collect::<Vec<_>>(),
        "isSimulated": report.is_simulated,
        "isGood": report.is_good(),
        "findings": findings.collect::<Vec<_>>(),
    })
}
