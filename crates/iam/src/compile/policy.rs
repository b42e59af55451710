//! One policy, compiled.

use std::sync::Arc;

use crate::Arn;
use crate::policy::{Document, DocumentError, Kind};

/// A policy with its name, ready for decisions. Compiled once, shared by every decision that it takes part in.
#[derive(Debug)]
pub struct Policy {
    name: Box<str>,
    arn: Option<Arn>,
    document: Document,
}

impl Policy {
    /// Compiles an inline policy (or one that has no ARN for another reason).
    pub fn inline(name: &str, document: Document) -> Arc<Self> {
        Self::compile(name, None, document)
    }

    /// Compiles a policy that has an ARN: a managed policy, an SCP or an RCP. Denial messages name it.
    pub fn managed(name: &str, arn: Arn, document: Document) -> Arc<Self> {
        Self::compile(name, Some(arn), document)
    }

    /// Reads and compiles an inline policy.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse(name: &str, text: &str, kind: Kind) -> Result<Arc<Self>, DocumentError> {
        Document::parse(text, kind).map(|document| Self::inline(name, document))
    }

    fn compile(name: &str, arn: Option<Arn>, document: Document) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            arn,
            document,
        })
    }

    /// The name under which records show it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The policy's ARN; inline policies have none.
    pub fn arn(&self) -> Option<&Arn> {
        self.arn.as_ref()
    }

    /// What it was compiled from.
    pub fn document(&self) -> &Document {
        &self.document
    }
}
