//! Supervised child processes.
//!
//! A program such as Chrome or ffmpeg starts further processes, some of which leave its process group.
//! [`Command::spawn`] puts a small *keeper* process between this process and the program, and the keeper
//! guarantees the one thing that this crate is about: when the program ends, passes its deadline, is killed,
//! when its [`Child`] is dropped, or when this process dies in whatever way, every descendant is gone.
//!
//! ```text
//! this process ──socket pair── keeper ── program ── its descendants, wherever they went
//! ```
//!
//! Where the kernel allows it, the program is the first process of a PID namespace (with a `/proc` of its own),
//! which the kernel ends as a whole. Elsewhere (AWS Lambda, unprivileged containers) the keeper is the subreaper
//! of everything below it: orphans become its children, and it kills its children until it has none.
//!
//! A keeper is a forked copy of this process that never executes another program. It holds no file descriptor
//! but its end of the socket pair.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use process::{Command, Exit};
//!
//! let mut child = Command::new("ffmpeg").args(["-version"]).spawn()?;
//! let ended = child.wait().await;
//! assert_eq!(ended.exit, Exit::Code(0), "{}", ended.stderr);
//! # Ok(())
//! # }
//! ```

mod child;
mod command;
mod find;
mod keeper;
mod namespace;
mod pipe;
mod report;
mod tail;
mod usage;

pub use child::{Child, Ended, Exit};
pub use command::{Command, Input, Output, SpawnError};
pub use find::{find_program, search_path};
pub use pipe::pipe;
pub use tail::StderrTail;
pub use usage::{TreeUsage, Usage};
