//! What happens while rendering, told outward.

use protocol::settings::LogLevel;
use std::time::Duration;

/// Something that happened. Events come in the order in which things happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The page is open and the composition is mounted, this long after the request.
    PageReady(Duration),
    /// A frame was captured, or found to repeat the one before.
    FrameCaptured {
        /// The composition frame.
        frame: u32,
        /// How many are captured, this one included.
        captured: u32,
    },
    /// So many frames are encoded. Lags behind the captured ones.
    FramesEncoded(u32),
    /// The page wrote to its console.
    Console(ConsoleLine),
    /// Chrome died, and the frame is tried again in a new one.
    ChromeRestarted {
        /// The composition frame.
        frame: u32,
    },
}

/// A line of the page's console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleLine {
    /// How much it matters.
    pub level: LogLevel,
    /// The component that wrote it, where it says so.
    pub tag: Option<String>,
    /// The text.
    pub text: String,
}
