//! Logic for questions whose answer AWS does not document.

/// An answer: yes, no, or not documented.
///
/// Where AWS leaves open whether a part of a statement holds, that part is [`Truth::Unclear`], and so is
/// all that hangs on it. A statement that matches unclearly denies but does not allow.
// spec: iam/evaluation-logic#unclear
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    Yes,
    No,
    Unclear,
}

impl Truth {
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unclear,
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        !(!self).and(!other)
    }

    /// Whether any of `answers` is yes; no if there are none.
    pub(crate) fn any(answers: impl IntoIterator<Item = Self>) -> Self {
        // Every answer is asked for, so that what asking leaves behind does not depend on their order.
        answers.into_iter().fold(Self::No, Self::or)
    }

    /// Whether all of `answers` are yes; yes if there are none.
    pub(crate) fn all(answers: impl IntoIterator<Item = Self>) -> Self {
        !Self::any(answers.into_iter().map(|answer| !answer))
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unclear => Self::Unclear,
        }
    }
}

impl From<bool> for Truth {
    fn from(answer: bool) -> Self {
        if answer { Self::Yes } else { Self::No }
    }
}
