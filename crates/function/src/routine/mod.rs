//! One file for each routine that a payload may ask for; `launch` has a folder of its own.

pub(crate) mod compositions;
pub(crate) mod info;
pub(crate) mod renderer;
pub(crate) mod start;
pub(crate) mod status;
pub(crate) mod still;
