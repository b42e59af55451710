//! The documents that users follow.

use iam::policy::{Document, Kind, Prose};

pub(crate) const SETUP: &str = include_str!("../data/seeds/000-aws-iam-setup.txt");
pub(crate) const ROLES: &str = include_str!("../data/seeds/001-using-lambda-with-iam-roles.txt");
pub(crate) const TRIGGER: &str = include_str!("../data/seeds/002-trigger-lambda-from-aws.txt");
pub(crate) const NO_USER: &str =
    include_str!("../data/seeds/003-using-lambda-without-iam-user.txt");
pub(crate) const FIX: &str = include_str!("../data/seeds/004-fix-lambda-invoke-permission.txt");

/// The document with this number, from 1.
pub(crate) fn document(text: &str, number: usize) -> Document {
    let prose = Prose::read(text);
    prose
        .document(&prose.found()[number - 1], Kind::Identity)
        .unwrap()
}
