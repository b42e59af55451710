//! One policy, compiled.

use std::sync::Arc;

use super::Notes;
use super::index::Index;
use super::statement::{CompiledStatement, Match};
use crate::policy::{Document, DocumentError, Kind};
use crate::{Arn, Request};

/// A policy with its name, ready for decisions. Compiled once, shared by every decision that it takes part in.
#[derive(Debug)]
pub struct Policy {
    name: Box<str>,
    arn: Option<Arn>,
    document: Document,
    // INVARIANT: one per statement of `document`, in its order.
    statements: Box<[CompiledStatement]>,
    index: Index,
    is_public: bool,
}

impl Policy {
    /// Compiles an inline policy, or one that has no ARN for another reason.
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
        let statements = document.statements();
        let compiled: Box<[_]> = statements
            .iter()
            .map(|statement| CompiledStatement::of(statement, &document))
            .collect();
        let index = Index::of(statements, &compiled);
        let is_public = document.kind() == Kind::Resource && document.is_public();
        Arc::new(Self {
            name: name.into(),
            arn,
            statements: compiled,
            index,
            is_public,
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

    /// Whether it is a resource policy that S3 calls public.
    pub(crate) fn is_public(&self) -> bool {
        self.is_public
    }

    /// Calls `matched` with the place of each statement that takes part in deciding `request`, in no particular order.
    pub(crate) fn meet<'p, N: Notes<'p>>(
        &'p self,
        request: &Request,
        has_boundary: bool,
        notes: &mut N,
        mut matched: impl FnMut(&mut N, usize, Match),
    ) {
        let candidates = self.index.candidates(&request.action, &request.resource);
        for index in candidates {
            let index = index as usize;
            let statement = &self.document.statements()[index];
            let compiled = &self.statements[index];
            if let Some(found) = compiled.meet(statement, request, has_boundary, notes) {
                matched(notes, index, found);
            }
        }
    }
}
