//! The query protocol: a form with `Action`, answered in XML.

mod call;
mod parameters;
mod xml;

pub(crate) use self::call::{QueryCall, carry_out, invalid_action};
pub(crate) use self::parameters::{Parameters, check_one_of, one_of, parameter_error};
pub(crate) use self::xml::Xml;
