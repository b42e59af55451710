//! Which frames each renderer invocation makes.

use std::num::NonZeroU32;

use crate::frames::FrameRange;

/// More chunks than this are refused.
pub const MAX_FUNCTIONS: u32 = 200;

/// Fewer frames than this are not worth an invocation.
pub const MIN_FRAMES_PER_FUNCTION: u32 = 5;

/// More frames than this make [`Rule::Even`] add chunks.
pub const MAX_FRAMES_OF_EVEN_CHUNK: u32 = 600;

/// How the size of chunks is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// As documented for AWS: about 20 frames a chunk, more when the render is long.
    Documented,
    /// This many chunks: the wire field `concurrency`.
    Count(u32),
    /// This many frames a chunk: the wire field `framesPerLambda`.
    FramesPerFunction(u32),
    /// As few chunks as keep this many renderers equally busy: a multiple of their number, none of more than
    /// [`MAX_FRAMES_OF_EVEN_CHUNK`] frames.
    Even {
        /// How many renderers are at work at once.
        renderer_concurrency: NonZeroU32,
    },
}

/// The chunks of a render.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkPlan {
    /// Frames that a chunk has at most.
    pub frames_per_function: NonZeroU32,
    /// Ascending, contiguous and non-empty. Together they cover every rendered frame exactly once.
    pub chunks: Vec<FrameRange>,
}

/// Chunks that cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A client named both the number and the size of chunks.
    #[error("both `framesPerLambda` and `concurrency` are given: only one can be")]
    Both,
    /// The number of chunks is out of range.
    #[error("`concurrency` is {0}: expected 1 to {MAX_FUNCTIONS} chunks")]
    Concurrency(u32),
    /// The chunks are too small.
    #[error("`framesPerLambda` is {asked}: expected at least {minimum}")]
    TooFewFrames {
        /// What the client asked for.
        asked: u32,
        /// The smallest size for this render.
        minimum: u32,
    },
    /// More chunks than [`MAX_FUNCTIONS`] would be needed.
    #[error(
        "Too many functions: This render would cause {0} functions to spawn. We limit this amount to {MAX_FUNCTIONS} functions as more would result in diminishing returns. Increase `framesPerLambda` or leave it out"
    )]
    TooManyFunctions(u32),
}

impl Rule {
    /// The rule that a client's fields amount to: what it names, or else `default`.
    ///
    /// # Errors
    /// [`PlanError::Both`] if it names both the number and the size of chunks.
    pub fn choose(
        concurrency: Option<u32>,
        frames_per_function: Option<u32>,
        default: Self,
    ) -> Result<Self, PlanError> {
        match (concurrency, frames_per_function) {
            (Some(_), Some(_)) => Err(PlanError::Both),
            (Some(count), None) => Ok(Self::Count(count)),
            (None, Some(frames)) => Ok(Self::FramesPerFunction(frames)),
            (None, None) => Ok(default),
        }
    }

    /// How many of `frames` a chunk has at most.
    ///
    /// # Errors
    /// [`PlanError::Concurrency`] and [`PlanError::TooFewFrames`].
    pub fn frames_per_function(self, frames: NonZeroU32) -> Result<NonZeroU32, PlanError> {
        let minimum = frames.get().min(MIN_FRAMES_PER_FUNCTION);
        let size = match self {
            Self::Documented => documented(frames.get()).max(minimum),
            Self::Count(count @ 1..=MAX_FUNCTIONS) => frames.get().div_ceil(count).max(minimum),
            Self::Count(count) => return Err(PlanError::Concurrency(count)),
            Self::FramesPerFunction(asked) if asked < minimum => {
                return Err(PlanError::TooFewFrames { asked, minimum });
            }
            Self::FramesPerFunction(asked) => asked,
            Self::Even {
                renderer_concurrency,
            } => even(frames.get(), renderer_concurrency).max(minimum),
        };
        Ok(NonZeroU32::new(size).unwrap_or(NonZeroU32::MIN))
    }
}

/// The documented size: concurrency rises from 75 to 150 with the length, and a chunk has at least 20 frames.
fn documented(frames: u32) -> u32 {
    const LONG: f64 = 18_000.0;
    let total = f64::from(frames);
    let concurrency = 75.0 + (150.0 - 75.0) * (total.min(LONG) / LONG);
    let size = (total / concurrency).max(20.0);
    let functions = (total / size).ceil();
    // At most `frames`, which is a u32.
    (total / functions).ceil() as u32
}

fn even(frames: u32, renderer_concurrency: NonZeroU32) -> u32 {
    let renderers = renderer_concurrency.get();
    let rounds = frames
        .div_ceil(renderers.saturating_mul(MAX_FRAMES_OF_EVEN_CHUNK))
        .max(1);
    frames.div_ceil(rounds.saturating_mul(renderers))
}

/// Splits `frames` into the chunks that renderer invocations will produce.
///
/// Chunks are ascending, contiguous and non-empty. Together they cover every `every_nth_frame`-th frame of `frames`,
/// starting at its first, exactly once. Sizes count frames that are rendered, not frames that are skipped.
///
/// # Errors
/// [`PlanError`], with [`PlanError::TooManyFunctions`] if more than [`MAX_FUNCTIONS`] chunks would be needed.
pub fn plan(
    frames: FrameRange,
    every_nth_frame: NonZeroU32,
    rule: Rule,
) -> Result<ChunkPlan, PlanError> {
    let count = NonZeroU32::new(frames.count(every_nth_frame)).unwrap_or(NonZeroU32::MIN);
    let frames_per_function = rule.frames_per_function(count)?;
    let functions = count.get().div_ceil(frames_per_function.get());
    if functions > MAX_FUNCTIONS {
        return Err(PlanError::TooManyFunctions(functions));
    }
    Ok(ChunkPlan {
        frames_per_function,
        chunks: split(frames, every_nth_frame, frames_per_function),
    })
}

/// The chunks of `frames` when each has `frames_per_function` rendered frames, the last one perhaps fewer.
#[must_use]
pub fn split(
    frames: FrameRange,
    every_nth_frame: NonZeroU32,
    frames_per_function: NonZeroU32,
) -> Vec<FrameRange> {
    let step = every_nth_frame.get();
    let count = frames.count(every_nth_frame);
    let last_rendered = frames.first() + (count - 1) * step;
    (0..count.div_ceil(frames_per_function.get()))
        .filter_map(|i| {
            let first = frames.first() + i * frames_per_function.get() * step;
            // The last chunk's nominal end may lie beyond what the type holds.
            let span = u64::from(frames_per_function.get()) * u64::from(step) - 1;
            let last = (u64::from(first) + span).min(u64::from(last_rendered));
            FrameRange::new(first, u32::try_from(last).ok()?).ok()
        })
        .collect()
}
