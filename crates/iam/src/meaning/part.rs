//! A pattern, or all that some patterns leave.

/// What one entry of `Action` or `Resource` covers, or a whole `NotAction` or `NotResource`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Part<P> {
    One(P),
    Others(Vec<P>),
}

/// What can be asked about two patterns.
pub(crate) trait Covering: Sized {
    fn covers(&self, other: &Self) -> bool;
    fn overlaps(&self, other: &Self) -> bool;
    fn is_everything(&self) -> bool;
}

impl Covering for crate::cover::ActionPattern {
    fn covers(&self, other: &Self) -> bool {
        self.covers(other)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.overlaps(other)
    }

    fn is_everything(&self) -> bool {
        self.as_str() == "*"
    }
}

impl Covering for crate::cover::ResourcePattern {
    fn covers(&self, other: &Self) -> bool {
        self.covers(other)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.overlaps(other)
    }

    fn is_everything(&self) -> bool {
        *self == Self::Everything
    }
}

impl<P: Covering> Part<P> {
    /// Whether everything of `other` is certainly of this.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::One(ours), Self::One(theirs)) => ours.covers(theirs),
            (Self::One(ours), Self::Others(_)) => ours.is_everything(),
            (Self::Others(left_out), Self::One(theirs)) => {
                !left_out.iter().any(|pattern| pattern.overlaps(theirs))
            }
            (Self::Others(ours), Self::Others(theirs)) => ours
                .iter()
                .all(|left_out| theirs.iter().any(|pattern| pattern.covers(left_out))),
        }
    }

    /// Whether something may be of both.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::One(ours), Self::One(theirs)) => ours.overlaps(theirs),
            (Self::One(one), Self::Others(left_out)) | (Self::Others(left_out), Self::One(one)) => {
                !left_out.iter().any(|pattern| pattern.covers(one))
            }
            (Self::Others(_), Self::Others(_)) => true,
        }
    }
}
