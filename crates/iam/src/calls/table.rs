//! The rows.

use super::Template;

/// An API operation and the decisions that it needs.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// Prefix of the service's actions: `s3`, `lambda`, `iam`, `sts`, `logs`, `servicequotas`.
    pub service: &'static str,
    /// The operation as the API model names it.
    pub operation: &'static str,
    /// The decisions in order; none where any valid credential may call.
    pub needs: &'static [Need],
}

/// One decision of a call.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// The action.
    pub action: &'static str,
    /// On what.
    pub resource: Template,
    /// Under which circumstance of the request.
    pub when: When,
    /// The condition keys that the request adds to the global ones; `/*` stands for one key per tag.
    pub keys: &'static [&'static str],
}

/// The circumstances of a request on which decisions depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// Always.
    Always,
    /// An ACL or grant header is present.
    Acl,
    /// Tags are given.
    Tags,
    /// A version is named.
    Version,
    /// No version is named.
    NoVersion,
    /// The copy's source names a version.
    SourceVersion,
    /// The copy's source names no version.
    NoSourceVersion,
    /// A copy takes the source's tags along.
    CopiedTags,
    /// A retention header is present.
    Retention,
    /// A legal-hold header is present.
    LegalHold,
    /// Governance retention is to be bypassed.
    BypassGovernance,
    /// Object lock is enabled at creation.
    ObjectLock,
    /// Object ownership is set at creation.
    Ownership,
    /// The object is, or is to be, encrypted with a KMS key.
    Kms,
    /// Code comes from S3.
    CodeInS3,
    /// Layers are named: one decision for each.
    Layers,
    /// A role is named.
    Role,
    /// A source identity is set.
    SourceIdentity,
    /// The service's linked role does not exist yet.
    FirstUse,
}

/// The row of an operation; `None` for one that the table lacks, which must be refused.
pub fn call(service: &str, operation: &str) -> Option<&'static Call> {
    let _ = (service, operation);
    todo!()
}

/// Every row.
pub fn calls() -> impl Iterator<Item = &'static Call> {
    [].iter()
}
