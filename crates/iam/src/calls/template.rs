//! The resources that calls act on, with gaps for names.

/// The resource of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// `*`: the action has no resource type.
    Unnamed,
    /// `arn:P:s3:::BUCKET`
    Bucket,
    /// `arn:P:s3:::BUCKET/KEY`
    Object,
    /// The object that a copy reads.
    SourceObject,
    /// The object that holds a function's or layer's code.
    CodeObject,
    /// `arn:P:lambda:R:A:function:NAME`, with `:QUALIFIER` where the request names one.
    Function,
    /// `arn:P:lambda:R:A:layer:NAME`
    Layer,
    /// A layer version as the request names it, of whatever account; one decision for each.
    LayerVersion,
    /// A role as the request names it: an ARN.
    Role,
    /// A user's ARN, path included.
    User,
    /// A group's ARN, path included.
    Group,
    /// A managed policy's ARN.
    ManagedPolicy,
    /// The principal that a simulation asks about.
    PolicySource,
    /// `arn:P:sts::A:federated-user/NAME`
    FederatedUser,
    /// `arn:P:iam::A:role/aws-service-role/SERVICE/*`
    ServiceLinkedRole,
    /// `arn:P:logs:R:A:log-group:NAME:log-stream:`
    LogGroup,
    /// `arn:P:logs:R:A:log-group:NAME:log-stream:STREAM`
    LogStream,
    /// `arn:P:servicequotas:R:A:SERVICE/CODE`
    Quota,
    /// A KMS key's ARN.
    Key,
}

/// Where a call is made: what an ARN says besides the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'a str,
    /// The endpoint's region.
    pub region: &'a str,
    /// The account that is asked.
    pub account: crate::AccountId,
}

/// The gaps of templates. Those named `…Arn` take a whole ARN, the others the bare name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Bucket name.
    Bucket,
    /// Object key, not encoded.
    Key,
    /// Bucket that a copy reads.
    SourceBucket,
    /// Key that a copy reads.
    SourceKey,
    /// Bucket that holds code.
    CodeBucket,
    /// Key that holds code.
    CodeKey,
    /// Function name.
    Function,
    /// Version or alias, as the request names it.
    Qualifier,
    /// Layer name.
    Layer,
    /// A layer version's ARN.
    LayerVersionArn,
    /// A role's ARN.
    RoleArn,
    /// A user's ARN.
    UserArn,
    /// A group's ARN.
    GroupArn,
    /// A managed policy's ARN.
    PolicyArn,
    /// A user's, group's or role's ARN.
    PolicySourceArn,
    /// Name of a federated user.
    FederatedUser,
    /// A service's principal name.
    LinkedService,
    /// Log group name.
    LogGroup,
    /// Log stream name.
    LogStream,
    /// Service code of a quota.
    QuotaService,
    /// Quota code.
    QuotaCode,
    /// A KMS key's ARN.
    KeyArn,
}

/// A template could not be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The request does not name what the resource needs.
    #[error("the request names no {0:?}")]
    Missing(Slot),
    /// What was filled in is no ARN.
    #[error(transparent)]
    Arn(#[from] crate::ArnError),
}

impl Template {
    /// The resource, with the names that `value` gives.
    ///
    /// # Errors
    /// [`TemplateError`]; the call must then be refused.
    pub fn fill<'v>(
        self,
        place: Place<'_>,
        value: impl Fn(Slot) -> Option<&'v str>,
    ) -> Result<crate::Resource, TemplateError> {
        let _ = (place, value(Slot::Bucket));
        todo!()
    }
}
