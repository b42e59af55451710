//! Who calls: what commands ask first on AWS, so that what is wrong with the credentials or on the way shows here.

use std::fmt::Display;

use client::Trouble;
use client::credentials::{Identity, who_am_i};
use deploy::Account;

use crate::target::Target;

/// Nobody could be told who calls.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{seen}")]
pub(crate) struct NotKnown {
    seen: String,
    #[help]
    help: Option<String>,
}

/// The caller's account.
pub(crate) async fn account(target: &Target) -> Result<Account, NotKnown> {
    let opened = Account::open(target.config()).await;
    opened.map_err(|error| NotKnown::new(target, error.trouble(), &error))
}

/// Whose credentials these are.
pub(crate) async fn identity(target: &Target) -> Result<Identity, NotKnown> {
    let told = who_am_i(target.config()).await;
    told.map_err(|error| NotKnown::new(target, Some(error.trouble()), &error))
}

impl NotKnown {
    fn new(target: &Target, trouble: Option<Trouble>, error: &dyn Display) -> Self {
        let seen = match (trouble, target.resolved()) {
            (Some(Trouble::Key | Trouble::Expired), Some(resolved)) => {
                format!("{error} (credentials from {})", resolved.source)
            }
            _ => error.to_string(),
        };
        Self {
            seen,
            help: trouble.and_then(advice),
        }
    }
}

/// What to do about a call's trouble, where its message does not say it.
pub(crate) fn advice(trouble: Trouble) -> Option<String> {
    Some(match trouble {
        Trouble::Key => {
            "check that id and secret are of the same key, and that it is active; `framewright configure` verifies a key and keeps it".to_owned()
        }
        Trouble::Expired => {
            "sign in again (`aws sso login --profile NAME`), or put new temporary keys in place".to_owned()
        }
        Trouble::Throttled => format!(
            "AWS was asked {} times and wants fewer calls at once: try again in a minute",
            client::ATTEMPTS
        ),
        Trouble::Stranger(_) => {
            "what answered is not AWS: a proxy, a sign-in page or another server; `framewright doctor --target aws` looks at the way".to_owned()
        }
        Trouble::Unanswered => {
            "`framewright doctor --target aws` tells what stands in the way: a name, a firewall, a proxy, a certificate".to_owned()
        }
        Trouble::Unsent => {
            "`framewright doctor --target aws` shows where credentials come from; `framewright configure` keeps a key".to_owned()
        }
        _ => return None,
    })
}
