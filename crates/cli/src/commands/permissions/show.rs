//! `framewright permissions show`.

use std::process::ExitCode;

use deploy::calls::{Part, Scope};
use deploy::permissions::{Desired, Wanted, show};
use deploy::policy::{generate, generate_all};
use deploy::regions;
use serde_json::{Map, Value, json};

use super::PermissionsError;
use super::scope::{Identity, partition_of, wanted};
use crate::args::{Format, Show};
use crate::error::CliError;
use crate::show::{Shown, ruled};
use crate::target::Target;

/// The policies that people know by Remotion's commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Documented {
    /// A user who deploys and renders.
    User,
    /// The render function's role.
    Role,
}

pub(super) async fn run(args: Show) -> Result<ExitCode, CliError> {
    let shown = Shown::new(args.output.json);
    let wanted = sought(&args, &shown).await?;
    let (text, object) = printed(&args, &wanted)?;
    shown.result(text.trim_end(), &object);
    Ok(ExitCode::SUCCESS)
}

/// One policy as IAM takes it, or in another format where that is asked for.
pub(crate) async fn policy(mut args: Show, which: Documented) -> Result<ExitCode, CliError> {
    if which == Documented::Role {
        args.part = Some(Part::RenderFunction);
    }
    if args.format != Format::Json || args.part.is_some() {
        return run(args).await;
    }
    let shown = Shown::new(args.output.json);
    let wanted = sought(&args, &shown).await?;
    let value = generate_all(&wanted.parts_of_caller(), wanted.scope()).to_value();
    shown.result(&format!("{value:#}"), &value);
    Ok(ExitCode::SUCCESS)
}

async fn sought(args: &Show, shown: &Shown) -> Result<Wanted, CliError> {
    Ok(match &args.account {
        Some(account) if args.wanted.function.is_none() => {
            let region = args.place.region.as_deref().unwrap_or("us-east-1");
            let actual = partition_of(region);
            if let Some(named) = args.partition.as_deref().filter(|named| *named != actual) {
                return Err(PermissionsError::Partition {
                    region: region.to_owned(),
                    actual,
                    named: named.to_owned(),
                }
                .into());
            }
            if !regions::all().any(|known| known.name == region) && actual == "aws" {
                shown.warning(&format!("`{region}` is no region that is known here"));
            }
            let scope = Scope::new(actual, account, region);
            wanted(scope, &args.wanted, None).await?
        }
        _ => {
            let target = Target::open(&args.place, shown).await?;
            let found = of_target(args, &target).await;
            target.finish().await;
            found?
        }
    })
}

async fn of_target(args: &Show, target: &Target) -> Result<Wanted, PermissionsError> {
    let identity = Identity::of(target.config()).await?;
    let scope = identity.scope(target.region());
    wanted(scope, &args.wanted, Some(target.config())).await
}

fn printed(args: &Show, wanted: &Wanted) -> Result<(String, Value), PermissionsError> {
    let mut scope = wanted.scope().clone();
    scope.budget = args.with_budget;
    let scope = &scope;
    let desired = match args.part {
        Some(part) if generate(part, scope).statements() == 0 => {
            return Err(PermissionsError::Nothing(part));
        }
        Some(part) => Desired::of_part(part, scope),
        None => Desired::of(wanted)?,
    };
    let parts: Vec<Part> = match args.part {
        Some(part) => vec![part],
        None => desired
            .policies
            .iter()
            .flat_map(|policy| policy.parts.clone())
            .collect(),
    };
    let as_text = |text: String| (text.clone(), json!({ "text": text }));
    Ok(match args.format {
        Format::Json => {
            let value = match args.part {
                Some(part) => generate(part, scope).to_value(),
                None => documents(&desired),
            };
            (format!("{value:#}"), value)
        }
        Format::Explain => (explained(&parts, scope), explained_object(&parts, scope)),
        Format::Cloudformation => {
            let template = show::cloudformation(&desired);
            (format!("{template:#}"), template)
        }
        Format::Terraform => as_text(show::terraform(&desired)),
        Format::Cli => as_text(show::commands(&desired, scope)),
        Format::Cdk => as_text(show::cdk(&desired, scope)),
        Format::Markdown => as_text(show::markdown(&scope.clone().with_every_variant())),
    })
}

/// Each policy and each trust by its name.
fn documents(desired: &Desired) -> Value {
    let policies: Map<_, _> = desired
        .policies
        .iter()
        .map(|policy| (policy.name.to_owned(), policy.document.to_value()))
        .collect();
    let trusts: Map<_, _> = desired
        .roles
        .iter()
        .map(|role| (role.name.clone(), role.trust.to_value()))
        .collect();
    json!({ "policies": policies, "trust": trusts })
}

fn explained(parts: &[Part], scope: &Scope) -> String {
    let mut texts = Vec::new();
    for part in parts {
        let rows = show::rows(*part, scope).into_iter().map(|row| {
            let conditions = row
                .conditions
                .iter()
                .map(|(shown, _)| format!("\nif {shown}"));
            let on = row.resources.join("\n") + &conditions.collect::<String>();
            [row.action.to_owned(), on, row.why.to_owned(), row.without]
        });
        let table = ruled(["action", "on", "why", "without it"], rows);
        texts.push(format!("{part}: {}\n{table}", part.about()));
    }
    texts.join("\n\n")
}

fn explained_object(parts: &[Part], scope: &Scope) -> Value {
    let rows = parts.iter().flat_map(|part| show::rows(*part, scope));
    let rows = rows.map(|row| {
        let conditions: Vec<_> = row
            .conditions
            .iter()
            .map(|(condition, why)| json!({ "condition": condition, "why": why }))
            .collect();
        json!({
            "part": row.part.name(),
            "action": row.action,
            "resources": row.resources,
            "conditions": conditions,
            "operations": row.operations,
            "when": row.variant.when(),
            "why": row.why,
            "without": row.without,
        })
    });
    json!({ "permissions": rows.collect::<Vec<_>>() })
}
