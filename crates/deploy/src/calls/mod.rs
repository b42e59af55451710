//! The table of calls: part, API call, resource, conditions, and why.
//!
//! A permission that no row asks for is in no policy, and a row that is never called is a defect: tests hold the
//! table against the event history of the embedded cloud. Each part has a file; [`Variant`] says when a row counts.

mod administrator;
mod auditor;
mod cleanup;
mod clip_function;
mod clip_invoker;
mod condition;
mod deployer;
mod key_rotator;
mod output_writer;
mod question;
mod render_function;
mod resource;
mod scope;
mod trigger;
mod variant;
mod viewer;

use std::fmt;
use std::str::FromStr;

pub use condition::{Condition, TAG, Written};
pub use question::Question;
pub use resource::{CONCURRENCY_QUOTA, Resource};
pub use scope::{Caller, Compute, Output, Scope};
pub use variant::Variant;

/// Who makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Whoever runs setup, and removes what it made.
    Administrator,
    /// Whoever checks that the permissions are right, and changes nothing.
    Auditor,
    /// Whoever replaces access keys.
    KeyRotator,
    /// Whoever deploys functions and sites.
    Deployer,
    /// The execution role of the render function.
    RenderFunction,
    /// Whoever starts renders, follows them and fetches their output.
    Trigger,
    /// What the render function needs besides, to write finished videos into another bucket.
    OutputWriter,
    /// Whoever has clips cut.
    ClipInvoker,
    /// The execution role of the clip cutter.
    ClipFunction,
    /// Whoever signs links to finished videos; viewers themselves have no identity.
    Viewer,
    /// Whoever removes functions, sites, renders and buckets: apart from what is done daily.
    Cleanup,
}

/// The name of no part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no part; parts are {}", Part::ALL.map(Part::name).join(", "))]
pub struct PartError {
    name: String,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 11] = [
        Self::Administrator,
        Self::Auditor,
        Self::KeyRotator,
        Self::Deployer,
        Self::RenderFunction,
        Self::Trigger,
        Self::OutputWriter,
        Self::ClipInvoker,
        Self::ClipFunction,
        Self::Viewer,
        Self::Cleanup,
    ];

    /// As typed on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
            Self::KeyRotator => "key-rotator",
            Self::Deployer => "deployer",
            Self::RenderFunction => "render-function",
            Self::Trigger => "trigger",
            Self::OutputWriter => "output-writer",
            Self::ClipInvoker => "clip-invoker",
            Self::ClipFunction => "clip-function",
            Self::Viewer => "viewer",
            Self::Cleanup => "cleanup",
        }
    }

    /// Who that is, in one sentence.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Administrator => "Runs `permissions setup` and `permissions remove`.",
            Self::Auditor => {
                "Runs `permissions check` and `policies fix --from-cloudtrail`, and changes nothing."
            }
            Self::KeyRotator => "Runs `permissions rotate` for the user that setup made.",
            Self::Deployer => "Deploys functions and sites.",
            Self::RenderFunction => "The execution role of the render function.",
            Self::Trigger => "Starts renders, follows them and fetches their output.",
            Self::OutputWriter => {
                "Added to the render function's role where finished videos go to another bucket."
            }
            Self::ClipInvoker => "Has clips cut.",
            Self::ClipFunction => "The execution role of the clip cutter.",
            Self::Viewer => {
                "Signs links to finished videos; whoever follows a link needs no identity."
            }
            Self::Cleanup => "Removes functions, sites, renders and buckets.",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Part {
    type Err = PartError;

    fn from_str(name: &str) -> Result<Self, PartError> {
        Self::ALL
            .into_iter()
            .find(|part| part.name() == name)
            .ok_or_else(|| PartError {
                name: name.to_owned(),
            })
    }
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
    /// In which variant of the system the part calls this.
    pub variant: Variant,
    /// Why the part calls this, in one sentence.
    pub why: &'static str,
    /// What becomes of the system without this permission.
    pub without: Loss,
}

/// What taking a permission away does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The named step is denied, which whoever plays the part takes.
    Step(&'static str),
    /// The named step is denied, which is taken where it is asked for, or in the case that it names, and not otherwise.
    Extra(&'static str),
    /// Everything completes, but worse, as described.
    Degraded(&'static str),
}

impl Loss {
    /// The step that is denied, where one is.
    #[must_use]
    pub fn step(self) -> Option<&'static str> {
        match self {
            Self::Step(step) | Self::Extra(step) => Some(step),
            Self::Degraded(_) => None,
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(step) | Self::Extra(step) => write!(f, "{step} is denied"),
            Self::Degraded(how) => f.write_str(how),
        }
    }
}

/// Calls that every valid credential may make, whatever its policies say.
pub const WITHOUT_PERMISSION: [&str; 1] = ["GetCallerIdentity"];

const OWN: &[Condition] = &[Condition::OwnAccount];

/// A row without conditions, for every variant.
const fn row(
    part: Part,
    operations: &'static [&'static str],
    action: &'static str,
    resource: Resource,
    why: &'static str,
    without: Loss,
) -> Call {
    Call {
        part,
        operations,
        action,
        resource,
        conditions: &[],
        variant: Variant::Always,
        why,
        without,
    }
}

impl Call {
    /// The bucket must be of our account.
    const fn own(self) -> Self {
        self.only(OWN)
    }

    const fn only(mut self, conditions: &'static [Condition]) -> Self {
        self.conditions = conditions;
        self
    }

    const fn when(mut self, variant: Variant) -> Self {
        self.variant = variant;
        self
    }
}

/// Every row; those of a part follow each other.
pub fn table() -> impl Iterator<Item = &'static Call> {
    let single = [
        auditor::CALLS,
        key_rotator::CALLS,
        render_function::CALLS,
        trigger::CALLS,
        output_writer::CALLS,
        clip_invoker::CALLS,
        clip_function::CALLS,
        viewer::CALLS,
        cleanup::CALLS,
    ];
    let files = administrator::CALLS.into_iter().chain(deployer::CALLS);
    files.chain(single).flatten()
}

/// The rows of `part` that count in `scope`.
pub fn of(part: Part, scope: &Scope) -> impl Iterator<Item = &'static Call> {
    table().filter(move |call| {
        call.part == part && scope.has(call.variant) && !call.resource.arns(scope).is_empty()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Part, Scope, Variant, of, table};

    #[test]
    fn no_permission_is_given_twice() {
        let mut seen = HashSet::new();
        for call in table() {
            assert!(
                seen.insert((call.part, call.action, call.resource, call.conditions)),
                "{call:?} stands twice"
            );
        }
    }

    #[test]
    fn every_row_says_why() {
        for call in table() {
            assert!(call.why.ends_with('.') && call.why.len() > 20, "{call:?}");
            assert!(!call.operations.is_empty(), "{call:?}");
            let (service, name) = call.action.split_once(':').unwrap();
            assert!(!service.is_empty() && !name.is_empty(), "{call:?}");
        }
    }

    #[test]
    fn every_part_and_every_variant_has_rows() {
        let scope = Scope::new("aws", "123456789012", "us-east-1").with_every_variant();
        for part in Part::ALL {
            assert!(of(part, &scope).next().is_some(), "{part}");
            assert_eq!(part.name().parse(), Ok(part));
        }
        for variant in Variant::ALL {
            let rows = table().filter(|call| call.variant == variant);
            assert!(rows.count() > 0, "{variant:?}");
        }
        assert!("owner".parse::<Part>().is_err());
    }
}
