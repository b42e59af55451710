//! `framewright policies`: views on the policy engine, over files or what an account knows.

mod account;
mod apply;
mod denials;
mod derive;
mod diff;
mod excerpt;
mod explain;
mod fix;
mod fix_object;
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
    #[error(
        "the denial is about the account {told}, and this acts on the account {here}: nothing was changed"
    )]
    #[diagnostic(help(
        "--target aws with credentials of the account {told} acts there; who has the same name in {here} is somebody else"
    ))]
    OtherAccount { told: String, here: String },
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
    #[error("{action} is never about `{resource}`")]
    #[diagnostic(help("--resource takes the ARN of what was denied"))]
    OtherKind { action: String, resource: String },
    #[error("the denial does not say who called")]
    #[diagnostic(help("--principal says whose policies are to be read"))]
    NoPrincipal,
    #[error("AWS keeps its history in CloudTrail, which is not asked here")]
    #[diagnostic(help("give CloudTrail events as FILE or on standard input"))]
    NoHistory,
    #[error(transparent)]
    #[diagnostic(help(
        "the auditor's policy allows it: `framewright permissions show auditor`; or paste the message of the denial instead"
    ))]
    MayNotLook(deploy::CallFailed),
    #[error("no denial is among the {seen} newest events of {region}")]
    #[diagnostic(help(
        "AWS shows an event up to 15 minutes after its call, and never one that invokes a function or touches an object: paste such a message instead, or look in another region with --region"
    ))]
    NoDenials { region: String, seen: usize },
    #[error("no denial with the event id `{0}` is among those that were found")]
    #[diagnostic(help("without --event the newest is fixed, and all are listed"))]
    NoSuchEvent(String),
    #[error("the event history cannot be read")]
    History(#[source] serde_json::Error),
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
        Policies::Explain(args) => Box::pin(explain::run(&args)).await,
        Policies::Fix(args) => Box::pin(fix::run(&args)).await,
        Policies::Derive(args) => Box::pin(derive::run(*args)).await,
        Policies::Minimize(args) => Ok(minimize::run(&args)?),
    }
}
