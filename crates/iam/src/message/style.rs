//! How services differ in what they tell.

/// How a service words its denials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// How the resource is shown.
    pub resource: ResourceForm,
    /// What callers of other accounts, and unsigned ones, are told.
    pub foreign: ForeignForm,
}

/// How a denial shows the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceForm {
    /// `on resource: arn:…`
    Arn,
    /// `on resource: "arn:…"`; nothing where the action has no resource.
    Quoted,
    /// `on resource: role NAME` for users, roles, groups and instance profiles, `policy ARN` for policies.
    KindAndName,
    /// Nothing.
    Omitted,
}

/// What a caller learns who does not share the resource's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignForm {
    /// The same text as others, without policy ARNs.
    Full,
    /// `Access Denied` and no more.
    Bare,
}

impl Style {
    /// The style of the service with this action prefix.
    // spec: iam/messages#styles
    pub fn of_service(prefix: &str) -> Self {
        match prefix {
            "s3" => Self {
                resource: ResourceForm::Quoted,
                foreign: ForeignForm::Bare,
            },
            "iam" => Self {
                resource: ResourceForm::KindAndName,
                foreign: ForeignForm::Full,
            },
            "servicequotas" => Self {
                resource: ResourceForm::Omitted,
                foreign: ForeignForm::Full,
            },
            _ => Self {
                resource: ResourceForm::Arn,
                foreign: ForeignForm::Full,
            },
        }
    }
}
