//! The form of a policy that decisions are taken on.

mod policy;

pub use policy::Policy;
