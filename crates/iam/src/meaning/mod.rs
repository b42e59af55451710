//! What documents mean, apart from how they are written: what diffing, minimizing, deriving and fixing share.
//!
//! A document is taken apart into units, one action pattern on one resource pattern under the conditions of its
//! statement. If every unit of one document is covered by a statement of another and the other way around, the
//! two mean the same. The reverse does not hold, so requests are sampled from the units and evaluated, too.

mod bench;
mod compare;
mod part;
mod said;
mod samples;

pub(crate) use bench::Bench;
pub(crate) use compare::{Comparison, TooMuch, compare};
pub(crate) use part::{Covering, Part};
pub(crate) use said::{Meaning, Said, Unit, is_impossible};
pub(crate) use samples::Samples;
