//! The source of `crates/iam`, in which each defect of `defects/` waits behind a switch.
//!
//! See `docs/design/0020-planted-defects.md`.

use std::cell::Cell;

thread_local! {
    static PLANTED: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Switches on one defect, by its place in the list, or none, for this thread.
pub fn plant(defect: Option<usize>) {
    PLANTED.set(defect);
}

/// Whether this defect is switched on.
fn planted(defect: usize) -> bool {
    PLANTED.get() == Some(defect)
}

include!(concat!(env!("OUT_DIR"), "/engine/src/root.rs"));
