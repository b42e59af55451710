//! Defects that an evaluator could have, as edits of the engine's source.

mod conditions;
mod layers;
mod matching;
mod principals;

/// A defect and the edits that make it.
pub struct Defect {
    /// What is wrong with the engine that has it.
    pub name: &'static str,
    /// All of them together are one defect.
    pub edits: &'static [Edit],
}

/// One place of the engine's source that is wrong.
pub struct Edit {
    /// The file, under `crates/iam/src`.
    pub file: &'static str,
    /// The code that stands there exactly once, white space aside.
    pub code: &'static str,
    /// The expression that stands in for `code` while the defect is planted; or, where it holds the word `PLANTED`, all
    /// that stands in for `code`, with that word for the switch.
    pub defect: &'static str,
}

/// A defect of one edit.
const fn one(name: &'static str, edit: &'static [Edit; 1]) -> Defect {
    Defect { name, edits: edit }
}

const fn edit(file: &'static str, code: &'static str, defect: &'static str) -> Edit {
    Edit { file, code, defect }
}

/// Every defect. The place in this list is the number of its switch.
pub fn all() -> impl Iterator<Item = &'static Defect> {
    [
        matching::DEFECTS,
        conditions::DEFECTS,
        principals::DEFECTS,
        layers::DEFECTS,
    ]
    .into_iter()
    .flatten()
}
