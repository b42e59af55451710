//! Comparing one value of a request with one of a policy.

use crate::Arn;
use crate::condition::Comparison;

/// How one value of the request compares with one of the policy.
#[derive(Clone, Copy)]
pub(super) enum Compared {
    Holds,
    Fails,
    /// One of them is not of the operator's type.
    Unreadable,
    /// The policy's value is of a form whose meaning is not documented.
    Unclear,
}

impl From<bool> for Compared {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

/// A variable without a value equals nothing.
// spec: iam/variables#unresolved
pub(super) fn resolved<T>(value: Option<T>, compare: impl FnOnce(T) -> Compared) -> Compared {
    value.map_or(Compared::Fails, compare)
}

pub(super) fn both<L: ?Sized, R: ?Sized>(
    left: Option<&L>,
    right: Option<&R>,
    holds: impl FnOnce(&L, &R) -> bool,
) -> Compared {
    match (left, right) {
        (Some(left), Some(right)) => holds(left, right).into(),
        _ => Compared::Unreadable,
    }
}

/// Compares an ARN, where the request holds one, with a pattern that may lack parts (`None`).
pub(super) fn relate(value: Option<&Arn>, covers: impl FnOnce(&Arn) -> Option<bool>) -> Compared {
    value.map_or(Compared::Unreadable, |value| {
        covers(value).map_or(Compared::Unclear, Compared::from)
    })
}

impl Comparison {
    pub(super) fn holds<T: Ord>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Equals => left == right,
            Self::LessThan => left < right,
            Self::LessThanEquals => left <= right,
            Self::GreaterThan => left > right,
            Self::GreaterThanEquals => left >= right,
        }
    }
}
