//! What is rendered in a simulated world, and what goes wrong there.

/// What is rendered, and how it behaves whatever the dice say.
#[derive(Debug, Clone)]
pub(in super::super) struct Scenario {
    pub(in super::super) chunks: u32,
    pub(in super::super) frames_per_chunk: u32,
    pub(in super::super) concurrency: Option<u32>,
    pub(in super::super) step: u32,
    /// How many frames a renderer makes before its time is up.
    pub(in super::super) frames_per_renderer: u32,
    pub(in super::super) frame_ms: u64,
    pub(in super::super) timeout_ms: u64,
    pub(in super::super) throws_at: Option<u32>,
    /// When the client cancels the render, in milliseconds after its start.
    pub(in super::super) cancelled_at: Option<u64>,
    pub(in super::super) kills_renderers: bool,
    pub(in super::super) kills_launches: bool,
    /// Whether the role may not look for what became of renderers.
    pub(in super::super) denies_checks: bool,
    /// How many renderers the account allows.
    pub(in super::super) accounts_limit: Option<usize>,
    /// Bytes above which chunks are merged; a frame has [`FRAME_BYTES`].
    pub(in super::super) merge_above: Option<u64>,
}

/// Bytes of a frame's video.
pub(in super::super) const FRAME_BYTES: u64 = 10;

impl Default for Scenario {
    fn default() -> Self {
        Self {
            chunks: 1,
            frames_per_chunk: 20,
            concurrency: None,
            step: 1,
            frames_per_renderer: u32::MAX,
            frame_ms: 30,
            timeout_ms: 900_000,
            throws_at: None,
            cancelled_at: None,
            kills_renderers: false,
            kills_launches: false,
            denies_checks: false,
            accounts_limit: None,
            merge_above: None,
        }
    }
}

/// How often things go wrong, of a thousand.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Faults {
    pub(in super::super) kill_launch: u32,
    pub(in super::super) kill_renderer: u32,
    pub(in super::super) lose_answer: u32,
    pub(in super::super) break_stream: u32,
    pub(in super::super) throttle: u32,
}
