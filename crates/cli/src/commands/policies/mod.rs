//! `framewright policies`: views on the policy engine. Only what needs an account's policies asks a cloud.

mod apply;
mod derive;
mod diff;
mod explain;
mod fix;
mod input;
mod layers;
mod minimize;
mod simulate;
mod validate;

use std::process::ExitCode;

use crate::args::{Check, Policies, Wanted};
use crate::commands::permissions;
use crate::error::CliError;

/// A command about policies that could not be carried out.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum PoliciesError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] input::InputError),
    #[error("the denial does not say who is to be given what")]
    #[diagnostic(help("--principal and --resource say what the message does not"))]
    NobodyToGive,
    #[error("the change belongs into {0}, which no command changes")]
    #[diagnostic(help("paste the proposed statement there"))]
    NoIdentityPolicy(String),
    #[error(transparent)]
    Holder(deploy::permissions::check::PrincipalError),
    #[error("the proposal cannot be read")]
    Proposal(#[source] serde_json::Error),
    #[error(transparent)]
    Grant(#[from] deploy::permissions::grant::GrantError),
    #[error(transparent)]
    Call(#[from] deploy::CallFailed),
    #[error("the statement stands, and the call is still denied")]
    #[diagnostic(help(
        "a boundary, a session policy or the organization stands against it: `framewright permissions check` says more"
    ))]
    StillDenied,
    #[error("the request cannot be read")]
    #[diagnostic(help(
        "for example `arn:aws:iam::111122223333:user/u s3:GetObject arn:aws:s3:::bucket/key aws:SecureTransport=true`"
    ))]
    Request(#[source] iam::trace::ListError),
    #[error("the case cannot be read")]
    Case(#[source] iam::case::CaseError),
    #[error(transparent)]
    #[diagnostic(help("paste the whole message, or the event"))]
    Denial(#[from] iam::fix::ReadError),
    #[error(transparent)]
    Principal(iam::CallerError),
    #[error(transparent)]
    Resource(iam::ArnError),
    #[error(transparent)]
    #[diagnostic(help(
        "records are events of `framewright cloud events --json`, CloudTrail events, cases or lines `[PRINCIPAL] ACTION RESOURCE [KEY=VALUE...]`"
    ))]
    Derive(#[from] iam::derive::DeriveError),
}

/// Runs one of them; the exit code says what was found.
pub(crate) async fn run(policies: Policies) -> Result<ExitCode, CliError> {
    match policies {
        Policies::Validate(args) if args.files.is_empty() => {
            let check = Check {
                principal: None,
                parts: Vec::new(),
                wanted: Wanted::documented(),
                place: args.place,
                output: args.output,
            };
            permissions::check(check).await
        }
        Policies::User(args) => {
            permissions::show_policy(*args, permissions::Documented::User).await
        }
        Policies::Role(args) => {
            permissions::show_policy(*args, permissions::Documented::Role).await
        }
        Policies::Validate(args) => Ok(validate::run(&args)?),
        Policies::Diff(args) => Ok(diff::run(&args)?),
        Policies::Simulate(args) => Ok(simulate::run(&args)?),
        Policies::Explain(args) => Ok(explain::run(&args)?),
        Policies::Fix(args) => fix::run(&args).await,
        Policies::Derive(args) => Ok(derive::run(args)?),
        Policies::Minimize(args) => Ok(minimize::run(&args)?),
    }
}
