//! Headless Chrome over a DevTools pipe.
//!
//! A [`Browser`] is a Chrome process under supervision; a [`Page`] is one of its tabs, and a [`Camera`] takes pictures
//! of a page. Chrome is told what to do over `--remote-debugging-pipe`: descriptors 3 and 4, JSON messages that end in
//! NUL, one session for each page. There is no port and nothing to discover.
//!
//! Pages are opened under *begin-frame control* where this Chrome has it: the page's clock stands still between the
//! frames that [`Camera`] asks for, and a frame costs what its script, paint and compression cost. `chromium-headless-shell`
//! has it; full Chromium has not, and takes screenshots instead.

mod browser;
mod camera;
mod command;
mod connection;
mod error;
mod event;
mod flags;
mod launch;
mod packed;
mod page;
mod session;

pub use browser::{Browser, Version};
pub use camera::{Camera, PictureFormat};
pub use command::{Level, RemoteException, ScriptFrame};
pub use error::CallError;
pub use event::{ConsoleMessage, Event};
pub use flags::Graphics;
pub use launch::{LaunchError, Options};
pub use packed::{UnpackError, unpack};
pub use page::{EvaluateError, Evaluation, Events, Navigation, Page, Viewport};
