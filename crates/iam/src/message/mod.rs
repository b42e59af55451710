//! AWS's words for a denial.

mod render;
mod style;

pub use render::denial;
pub use style::{ForeignForm, ResourceForm, Style};
