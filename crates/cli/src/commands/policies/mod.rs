//! `framewright policies`: views on the policy engine. Nothing here asks a cloud.

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

use crate::args::Policies;

/// A command about policies that could not be carried out.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum PoliciesError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] input::InputError),
    #[error("without FILE the permissions of an account would be checked, which needs a target")]
    #[diagnostic(help(
        "name a file: `framewright policies validate FILE`, or `-` for standard input"
    ))]
    NoFile,
    #[error("a change cannot be made without a target")]
    #[diagnostic(help("leave --apply out, and paste the proposed policy where the answer says"))]
    NoTarget,
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
pub(crate) fn run(policies: Policies) -> Result<ExitCode, PoliciesError> {
    match policies {
        Policies::Validate(args) => validate::run(&args),
        Policies::Diff(args) => diff::run(&args),
        Policies::Simulate(args) => simulate::run(&args),
        Policies::Explain(args) => explain::run(&args),
        Policies::Fix(args) => fix::run(&args),
        Policies::Derive(args) => derive::run(args),
        Policies::Minimize(args) => minimize::run(&args),
    }
}
