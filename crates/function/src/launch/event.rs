//! What a launch is told and what it asks for.

use protocol::frames::{ChunkIndex, FrameRange};
use protocol::message::Message;
use protocol::payload::Renderer;
use protocol::progress::Progress;
use protocol::props::SerializedInputProps;
use protocol::state::{Attempt, Lease, Part, Plan, RecordedAttempt, Request};

use super::failure::Failure;

/// The version of a stored document, as conditional writes name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revision(pub(crate) String);

/// A document and its version.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored<T> {
    pub(crate) document: T,
    pub(crate) revision: Revision,
}

/// The documents of a render, as far as they exist.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Documents {
    pub(crate) request: Option<Request>,
    pub(crate) lease: Option<Stored<Lease>>,
    pub(crate) progress: Option<Stored<Progress>>,
    pub(crate) plan: Option<Plan>,
}

/// A part of a chunk whose manifest exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FoundPart {
    pub(crate) chunk: ChunkIndex,
    pub(crate) part: Part,
    pub(crate) frames: FrameRange,
    /// Bytes of its video.
    pub(crate) bytes: u64,
    pub(crate) started_at_unix_ms: u64,
    pub(crate) rendered_at_unix_ms: u64,
}

/// A renderer's sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sign {
    pub(crate) chunk: ChunkIndex,
    pub(crate) attempt: Attempt,
    pub(crate) at_unix_ms: u64,
    pub(crate) frames_rendered: u32,
}

/// How the invocation of a renderer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The stream ended as it should; what it said counts.
    Answered,
    /// The invocation was not accepted: the function's concurrency is used up.
    Throttled,
    /// The invocation ended without an answer: killed, out of memory, past its deadline.
    Died(String),
    /// The connection broke: the renderer may still be at work.
    Lost(String),
    /// The invocation was refused, and would be again.
    Refused(String),
}

/// The finished output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) size: u64,
    pub(crate) combined_in_ms: u64,
    /// Whether it was stored in fragments while it was made, because no file on disk may be as large.
    pub(crate) in_fragments: bool,
}

/// Something that a launch is told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Observation {
    /// Answers [`Command::ReadDocuments`].
    Documents(Box<Documents>),
    /// Answers [`Command::TakeLease`]: the new version, or `None` where somebody else was faster.
    Lease(Option<Revision>),
    /// Answers [`Command::Evaluate`]. Boxed, as a plan holds the props.
    Evaluated(Result<Box<Plan>, Failure>),
    /// Answers [`Command::WritePlan`]: the plan that now exists, and whether it is another launch's.
    Planned { plan: Box<Plan>, found: bool },
    /// Answers [`Command::Survey`] and [`Command::Check`].
    Survey {
        parts: Vec<FoundPart>,
        signs: Vec<Sign>,
    },
    /// Answers [`Command::WriteProgress`].
    Progress {
        sequence: u64,
        outcome: WriteOutcome,
    },
    /// A renderer's message.
    Said {
        chunk: ChunkIndex,
        attempt: Attempt,
        message: Message,
    },
    /// Answers [`Command::Invoke`].
    Ended {
        chunk: ChunkIndex,
        attempt: Attempt,
        how: Ended,
    },
    /// So many frames are joined.
    Combined(u32),
    /// Answers [`Command::Assemble`].
    Assembled(Result<Output, Failure>),
    /// Answers [`Command::Clean`], whatever it could delete.
    Cleaned,
    /// Answers [`Command::HandOver`].
    HandedOver,
    /// Answers [`Command::AwaitWish`]: the client wishes that the render ends.
    Cancelled,
    /// The parts could not be looked for.
    StoreFailed(StoreFailure),
    /// Time has passed.
    Tick,
}

/// Why parts could not be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoreFailure {
    pub(crate) reason: String,
    /// Whether the function's role may not look, now or later.
    pub(crate) denied: bool,
}

/// What became of a conditional write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WriteOutcome {
    /// The document has this version now.
    Written(Revision),
    /// The document is no longer the one that was read.
    Refused,
    /// No answer came.
    Failed,
}

/// Something that a launch asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Command {
    /// Read request, lease, progress and plan.
    ReadDocuments,
    /// Write the lease, on condition that it still has the version given, or does not exist.
    TakeLease {
        lease: Lease,
        previous: Option<Revision>,
    },
    /// Open the page, evaluate the composition, and make a plan of it.
    Evaluate(Box<Request>),
    /// Write the plan unless there is one.
    WritePlan(Box<Plan>),
    /// Find all parts that exist, and the signs of life of these attempts.
    Survey(Vec<RecordedAttempt>),
    /// Find out what became of these attempts alone.
    Check(Vec<RecordedAttempt>),
    /// Write the progress document, on condition that it still has the version given, or does not exist.
    WriteProgress {
        sequence: u64,
        document: Box<Progress>,
        previous: Option<Revision>,
    },
    /// Invoke a renderer, which must have ended by the attempt's deadline.
    Invoke {
        attempt: RecordedAttempt,
        payload: Box<Renderer>,
    },
    /// Build the audio track, join the parts, and store the output.
    Assemble(Box<Plan>),
    /// Look for the client's wish that the render ends, until there is one.
    AwaitWish,
    /// Delete the chunks and the client's props where they are stored.
    Clean(SerializedInputProps),
    /// Release the lease, on condition that it still has the version given, and invoke a fresh launch.
    HandOver { lease: Lease, previous: Revision },
    /// End the invocation.
    End(End),
}

/// Why an invocation of `launch` ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The output is complete.
    Complete,
    /// The render failed, and its progress document says why.
    Failed,
    /// The render was cancelled, and its progress document says so.
    Cancelled,
    /// The render was over before.
    AlreadyOver,
    /// Another launch leads.
    AnotherLeads,
    /// Nothing is known of such a render.
    UnknownRender,
    /// A fresh launch goes on.
    HandedOver,
}
