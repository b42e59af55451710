//! What went wrong, as a person or a program is shown it, and the exit code that says so.

use std::process::ExitCode;

use client::{FetchError, FollowError, OutputFileError, RenderFailure, StartError};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

use crate::acting::Acting;
use crate::caller::advice;
use crate::locate::Missing;
use crate::show::Shown;
use crate::site::UnknownSite;

/// A command that did not do what it was asked for.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum CliError {
    #[error("could not start")]
    Runtime(#[source] std::io::Error),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Missing(#[from] Missing),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Site(#[from] UnknownSite),
    #[error("no place is known for the state")]
    #[diagnostic(help("set HOME or XDG_DATA_HOME, or say where with --state"))]
    NoState,
    #[error(transparent)]
    #[diagnostic(help(
        "a state that is broken beyond repair can be deleted; it holds nothing but this cloud's own renders"
    ))]
    Cloud(cloud::AccessError),
    #[error(transparent)]
    #[diagnostic(help(
        "a process serves this state: it serves the regions of AWS that every account may use, such as eu-west-1, and the one that it was started with"
    ))]
    NotServed(cloud::AccessError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    EnvFile(#[from] crate::env_file::EnvFileError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Target(#[from] crate::target::TargetError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Caller(#[from] crate::caller::NotKnown),
    #[error("{error}")]
    Identity {
        error: client::credentials::IdentityError,
        #[help]
        help: Option<String>,
    },
    #[error(transparent)]
    #[diagnostic(help("--function and --bucket name what is meant"))]
    Find(#[from] client::FindError),
    #[error(transparent)]
    Account(#[from] deploy::principal::ReadError),
    #[error("could not serve the metadata endpoint")]
    Metadata {
        #[source]
        error: cloud::MetadataError,
        #[help]
        help: &'static str,
    },
    #[error("could not ask the embedded cloud")]
    Asked(#[source] cloud::AskError),
    #[error(transparent)]
    Package(#[from] deploy::functions::PackageError),
    #[error("{error}")]
    Call {
        error: Box<deploy::CallFailed>,
        #[help]
        help: Option<String>,
    },
    #[error("could not provision the embedded cloud")]
    Provision(#[from] deploy::provision::ProvisionError),
    #[error(transparent)]
    Bundle(#[from] deploy::site::BundleError),
    #[error("could not upload the site")]
    Upload(#[from] deploy::site::UploadError),
    #[error(transparent)]
    Project(#[from] deploy::site::ProjectError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    ProjectFile(#[from] crate::project_file::ProjectFileError),
    #[error(transparent)]
    #[diagnostic(help("`framewright sites ls` lists them"))]
    RemoveSite(#[from] deploy::site::RemoveError),
    #[error(transparent)]
    #[diagnostic(help("--bucket names one; `framewright buckets ls` lists them"))]
    Bucket(#[from] deploy::buckets::BucketError),
    #[error(transparent)]
    #[diagnostic(help(
        "`framewright buckets ls` lists them; --with-objects deletes what is in a bucket too"
    ))]
    RemoveBucket(#[from] deploy::buckets::RemoveError),
    #[error(transparent)]
    #[diagnostic(help("`framewright functions deploy --help` tells the limits"))]
    Settings(#[from] deploy::functions::SettingsError),
    #[error(transparent)]
    DeployFunction(#[from] deploy::functions::DeployError),
    #[error(transparent)]
    #[diagnostic(help("`framewright functions ls` lists them"))]
    RemoveFunction(#[from] deploy::functions::RemoveError),
    #[error(transparent)]
    Increase(#[from] deploy::quotas::IncreaseError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    NotPermitted(#[from] crate::commands::deploy::NotPermitted),
    #[error("the site `{0}` has no composition")]
    NoCompositions(String),
    #[error(transparent)]
    Role(#[from] client::credentials::AssumeRoleError),
    #[error(transparent)]
    #[diagnostic(help("--overwrite replaces a file that exists"))]
    Output(#[from] OutputFileError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0}")]
    Failed(Box<Failure>),
    #[error(transparent)]
    Follow(FollowError),
    #[error("could not cancel the render")]
    Cancel(#[from] client::CancelError),
    #[error("could not read the render's plan")]
    Plan(#[source] client::StoreError),
    #[error("`{0}` is no render id")]
    #[diagnostic(help("the id is what `framewright render` prints when it starts"))]
    NoRenderId(String),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Note(#[from] crate::unfinished::NoteError),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Logs(#[from] deploy::logs::LogsError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policies(#[from] crate::commands::policies::PoliciesError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Clip(#[from] crate::commands::clip::ClipCommandError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Permissions(#[from] crate::commands::permissions::PermissionsError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Configure(#[from] crate::commands::configure::ConfigureError),
    #[error("could not write `{path}`")]
    Write {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("interrupted")]
    Interrupted {
        /// How to go on, where there is something to go on with.
        #[help]
        resume: Option<String>,
    },
}

/// A render that failed, with what the page says about it.
#[derive(Debug, thiserror::Error)]
pub(crate) struct Failure(RenderFailure);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let error = &self.0.error.error;
        // The message says where: composition, frame, chunk and attempt.
        write!(f, "the render failed: {}", error.message)?;
        let stack = beyond(&error.message, &error.stack);
        if !stack.is_empty() {
            write!(f, "\n{stack}")?;
        }
        if let Some(explanation) = &self.0.error.explanation {
            write!(f, "\n{explanation}")?;
        }
        Ok(())
    }
}

/// What a stack says that the message does not: stacks begin with the message, as the page has it.
fn beyond<'s>(message: &str, stack: &'s str) -> &'s str {
    let (head, places) = stack.split_at(stack.find("\n    at ").unwrap_or(stack.len()));
    let told = head.split_once(": ").map_or(head, |(_, told)| told);
    let is_told = message.ends_with(head) || message.ends_with(told);
    (if is_told { places } else { stack }).trim_matches('\n')
}

impl From<cloud::AccessError> for CliError {
    fn from(error: cloud::AccessError) -> Self {
        match error {
            cloud::AccessError::OtherRegion { .. } => Self::NotServed(error),
            other => Self::Cloud(other),
        }
    }
}

impl From<deploy::CallFailed> for CliError {
    fn from(error: deploy::CallFailed) -> Self {
        let help = error.trouble().and_then(advice);
        let error = Box::new(error);
        Self::Call { error, help }
    }
}

impl From<client::credentials::IdentityError> for CliError {
    fn from(error: client::credentials::IdentityError) -> Self {
        let help = advice(error.trouble());
        Self::Identity { error, help }
    }
}

impl From<cloud::MetadataError> for CliError {
    fn from(error: cloud::MetadataError) -> Self {
        let help = match &error {
            cloud::MetadataError::Missing(_) => {
                "the state that this cloud serves has none of that name: `aws iam list-roles` and `aws iam list-instance-profiles` list what it has"
            }
            cloud::MetadataError::Role(_) => {
                "the role's trust policy must allow sts:AssumeRole to ec2.amazonaws.com or ecs-tasks.amazonaws.com"
            }
            cloud::MetadataError::Port(_) => "another program may hold all ports of this machine",
        };
        Self::Metadata { error, help }
    }
}

impl From<FollowError> for CliError {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Failed(failure) => Self::Failed(Box::new(Failure(*failure))),
            other => Self::Follow(other),
        }
    }
}

impl CliError {
    /// 130 as after any SIGINT, 1 for the rest. Wrong usage is 2, and clap's.
    fn exit_code(&self) -> u8 {
        if matches!(self, Self::Interrupted { .. }) {
            130
        } else {
            1
        }
    }

    /// Shows the error; the exit code that goes with it.
    pub(crate) fn shown(&self, json: bool, acting: &Acting) -> ExitCode {
        let help = self.help().map(|help| help.to_string());
        let denial = crate::denial::explained(&self.chain(), acting);
        if json {
            let event =
                serde_json::json!({ "message": self.chain(), "help": help, "denial": denial });
            Shown::Json.error(&event, "");
        } else {
            let mut text = String::new();
            let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
                .with_width(110);
            if handler.render_report(&mut text, self).is_err() {
                text = self.chain();
            }
            if let Some(denial) = &denial {
                text = format!("{}\n\n{denial}\n", text.trim_end());
            }
            Shown::new(false).error(&serde_json::Value::Null, &text);
        }
        ExitCode::from(self.exit_code())
    }

    /// The error and its causes in one line.
    fn chain(&self) -> String {
        let causes =
            std::iter::successors(Some(self as &dyn std::error::Error), |error| error.source());
        let mut said: Vec<String> = Vec::new();
        for text in causes.map(ToString::to_string) {
            if said.last() != Some(&text) {
                said.push(text);
            }
        }
        said.join(": ")
    }
}

#[cfg(test)]
mod tests {
    use super::beyond;

    #[test]
    fn a_stack_is_shown_without_what_the_message_says() {
        let message = "composition `Broken`, chunk 1: Error: the fuse blew";
        let places = "    at Fuse (./src/Broken.tsx:6:1)";
        for head in [message, "Error: the fuse blew", "the fuse blew"] {
            assert_eq!(beyond(message, &format!("{head}\n{places}")), places);
        }
        assert_eq!(beyond("composition `A`: no `A`", "Error: no `A`"), "");
        let other = format!("TypeError: x is undefined\n{places}");
        assert_eq!(beyond(message, &other), other);
    }
}
