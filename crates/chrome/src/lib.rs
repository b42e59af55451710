//! Headless Chrome over a DevTools pipe.

mod launch;

pub use launch::LaunchError;
