//! Policies as they are kept: text, compiled once.

use std::sync::Arc;

use iam::policy::{Document, Kind};
use iam::{Arn, Policy};
use serde::{Deserialize, Serialize};

/// A compiled policy that is kept as its text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub(crate) struct Compiled(Arc<Policy>);

#[derive(Serialize, Deserialize)]
struct Stored {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<String>,
    kind: String,
    document: String,
}

impl Compiled {
    /// The compiled policy.
    pub(crate) fn policy(&self) -> &Arc<Policy> {
        &self.0
    }

    /// The text as it was given.
    pub(crate) fn text(&self) -> &str {
        self.0.document().source()
    }
}

impl From<Arc<Policy>> for Compiled {
    fn from(policy: Arc<Policy>) -> Self {
        Self(policy)
    }
}

impl From<Compiled> for Stored {
    fn from(compiled: Compiled) -> Self {
        let policy = &compiled.0;
        Self {
            name: policy.name().to_owned(),
            arn: policy.arn().map(Arn::to_string),
            kind: policy.document().kind().to_string(),
            document: policy.document().source().to_owned(),
        }
    }
}

/// Text that was no policy when it was read back.
#[derive(Debug, thiserror::Error)]
#[error("policy `{name}` cannot be read: {reason}")]
struct Unreadable {
    name: String,
    reason: String,
}

impl TryFrom<Stored> for Compiled {
    type Error = Unreadable;

    fn try_from(stored: Stored) -> Result<Self, Unreadable> {
        let unreadable = |reason: String| Unreadable {
            name: stored.name.clone(),
            reason,
        };
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == stored.kind)
            .ok_or_else(|| unreadable(format!("`{}` is no kind of policy", stored.kind)))?;
        let document = Document::parse(&stored.document, kind)
            .map_err(|error| unreadable(error.to_string()))?;
        let policy = match &stored.arn {
            None => Policy::inline(&stored.name, document),
            Some(arn) => {
                let arn = Arn::parse(arn).map_err(|error| unreadable(error.to_string()))?;
                Policy::managed(&stored.name, arn, document)
            }
        };
        Ok(Self(policy))
    }
}
