//! Whether a caller may do what it asks: the one place where [`Authorized`] is made.
//!
//! The table [`iam::calls`] says which decisions a call needs. A service says what the request
//! names and under which circumstances ([`Particulars`]); here the resources are filled in, the
//! context completed, and the policies asked. A call that the table lacks, or whose resources
//! cannot be filled in, is denied.

mod authorized;
mod authorizer;
mod context;
mod denied;
mod own_calls;
mod particulars;

pub(crate) use self::authorized::{Authorized, Operation, PerItem, Permit};
pub(crate) use self::authorizer::{Authorizer, OfRole};
pub(crate) use self::particulars::{Particulars, ResourceSide};
