//! The table of calls: part, API call, resource, conditions, and why.
//!
//! A permission that no row asks for is in no policy, and a row that is never called is a defect: tests hold the
//! table against the event history of the embedded cloud.

mod render_function;
mod trigger;

use std::fmt;

/// Who makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The execution role of the render function.
    RenderFunction,
    /// Whoever starts renders, follows them and fetches their output.
    Trigger,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 2] = [Self::RenderFunction, Self::Trigger];
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RenderFunction => "render-function",
            Self::Trigger => "trigger",
        })
    }
}

/// What a call's resource is, before account, region and names are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// The render bucket itself.
    Bucket,
    /// The objects of the render bucket whose keys start with this.
    Objects(&'static str),
    /// The render function, without a qualifier.
    Function,
    /// The log group of the render function, as group-level actions name it.
    LogGroup,
    /// The log streams of the render function.
    LogStreams,
}

/// What must hold for a permission to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Condition {
    /// `aws:ResourceAccount` is our account: a bucket of the same name elsewhere does not count.
    OwnAccount,
}

/// One call that a part makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Who calls.
    pub part: Part,
    /// The API operations as AWS names them, for example `HeadObject`.
    pub operations: &'static [&'static str],
    /// The action that decides.
    pub action: &'static str,
    /// On what.
    pub resource: Resource,
    /// Under which conditions the permission is given.
    pub conditions: &'static [Condition],
    /// Why the part calls this, in one sentence.
    pub why: &'static str,
    /// What becomes of the system without this permission.
    pub without: Loss,
}

/// What taking a permission away does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The named step is denied.
    Step(&'static str),
    /// Everything completes, but worse, as described.
    Degraded(&'static str),
}

/// Where the system lives: what turns the table into policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// Twelve digits.
    pub account: String,
    /// For example `us-east-1`.
    pub region: String,
    /// The render bucket's name.
    pub bucket: String,
    /// The render function's name.
    pub function: String,
}

/// Every row, part by part.
pub fn table() -> impl Iterator<Item = &'static Call> {
    render_function::CALLS.iter().chain(trigger::CALLS)
}

impl Resource {
    /// The ARN pattern of this resource in `scope`.
    #[must_use]
    pub fn arn(&self, scope: &Scope) -> String {
        let Scope {
            partition,
            account,
            region,
            bucket,
            function,
        } = scope;
        match self {
            Self::Bucket => format!("arn:{partition}:s3:::{bucket}"),
            Self::Objects(prefix) => format!("arn:{partition}:s3:::{bucket}/{prefix}*"),
            Self::Function => {
                format!("arn:{partition}:lambda:{region}:{account}:function:{function}")
            }
            Self::LogGroup => {
                format!(
                    "arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{function}:*"
                )
            }
            Self::LogStreams => {
                format!(
                    "arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{function}:log-stream:*"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::table;

    #[test]
    fn no_permission_is_given_twice() {
        let mut seen = HashSet::new();
        for call in table() {
            assert!(
                seen.insert((call.part, call.action, call.resource)),
                "{call:?} stands twice"
            );
        }
    }

    #[test]
    fn every_row_says_why() {
        for call in table() {
            assert!(call.why.ends_with('.') && call.why.len() > 20, "{call:?}");
            assert!(!call.operations.is_empty(), "{call:?}");
        }
    }
}
