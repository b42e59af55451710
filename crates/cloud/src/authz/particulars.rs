//! What a request says that its decisions depend on.

use std::sync::Arc;

use iam::calls::{Slot, Template, When};
use iam::{AccountId, Context, Policy};

/// The names, circumstances and condition keys of one request, and what its resources say.
///
/// ```ignore
/// Particulars::new()
///     .name(Slot::Bucket, "remotionlambda-useast1-abcdefghij")
///     .name(Slot::Key, "renders/r1/out.mp4")
///     .when(When::Acl, headers.contains_key("x-amz-acl"))
///     .key("s3:x-amz-acl", "private")
///     .side([Template::Bucket, Template::Object], bucket.side())
/// ```
#[derive(Debug, Clone, Default)]
pub(crate) struct Particulars {
    pub(super) names: Vec<(Slot, String)>,
    pub(super) circumstances: Vec<When>,
    pub(super) context: Context,
    pub(super) sides: Vec<(Template, ResourceSide)>,
}

/// The resource's part in a decision: whose it is, and what it says itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResourceSide {
    /// The owner; nothing means the account of this cloud.
    pub(crate) owner: Option<AccountId>,
    /// The resource's own policy: of a bucket, or a role's trust policy.
    pub(crate) policy: Option<Arc<Policy>>,
    /// S3's `RestrictPublicBuckets`.
    pub(crate) restrict_public_buckets: bool,
}

impl Particulars {
    /// A request that names nothing.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The request names something. A slot named several times needs one decision for each.
    #[must_use]
    pub(crate) fn name(mut self, slot: Slot, value: impl Into<String>) -> Self {
        self.names.push((slot, value.into()));
        self
    }

    /// A circumstance of the table of calls holds, or does not.
    #[must_use]
    pub(crate) fn when(mut self, circumstance: When, holds: bool) -> Self {
        if holds {
            self.circumstances.push(circumstance);
        }
        self
    }

    /// A condition key of this call. It takes part in the decisions for which the table lists it;
    /// `aws:` keys in all.
    #[must_use]
    pub(crate) fn key(mut self, key: &str, value: impl Into<String>) -> Self {
        self.context.set(key, value);
        self
    }

    /// A condition key of this call, if it has a value.
    #[must_use]
    pub(crate) fn key_if(mut self, key: &str, value: Option<impl Into<String>>) -> Self {
        if let Some(value) = value {
            self.context.set(key, value);
        }
        self
    }

    /// A multivalued condition key of this call; without values it is absent.
    #[must_use]
    pub(crate) fn keys<V: Into<String>>(
        mut self,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.context.set_list(key, values);
        self
    }

    /// What the resources of these templates say themselves.
    #[must_use]
    pub(crate) fn side(
        mut self,
        templates: impl IntoIterator<Item = Template>,
        side: &ResourceSide,
    ) -> Self {
        for template in templates {
            self.sides.push((template, side.clone()));
        }
        self
    }

    pub(super) fn side_of(&self, template: Template) -> Option<&ResourceSide> {
        self.sides
            .iter()
            .find(|(of, _)| *of == template)
            .map(|(_, side)| side)
    }
}
