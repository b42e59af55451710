//! What renderers say and come to, and what of it a successor must know.

use protocol::frames::ChunkIndex;
use protocol::message::Message;
use protocol::progress::{Retry as RetryEntry, Timing};
use protocol::state::Attempt;

use super::super::event::{Command, Ended, FoundPart};
use super::super::work::{Verdict, Work};
use super::{Lead, Stage};

impl Lead {
    pub(super) fn said(
        &mut self,
        chunk: ChunkIndex,
        attempt: Attempt,
        message: &Message,
    ) -> Vec<Command> {
        let Stage::Rendering { work, .. } = &mut self.stage else {
            return Vec::new();
        };
        if matches!(message, Message::LambdaInvoked(_)) {
            self.ledger.progress.lambdas_invoked += 1;
        }
        if let Some(part) = work.said(chunk, attempt, message) {
            self.stored(&part);
        }
        self.ledger.touch();
        Vec::new()
    }

    /// A part has been stored.
    pub(super) fn stored(&mut self, part: &FoundPart) {
        let Stage::Rendering { work, plan } = &mut self.stage else {
            return;
        };
        let progress = &mut self.ledger.progress;
        self.ledger.leadership.fruitless = 0;
        let timing = Timing {
            chunk: part.chunk,
            start: part.started_at_unix_ms,
            rendered: part.rendered_at_unix_ms,
        };
        // An earlier leader may have told it already.
        if !progress.timings.contains(&timing) {
            progress.timings.push(timing);
        }
        if work.is_chunk_complete(part.chunk)
            && !plan.is_merged(part.chunk)
            && !progress.chunks.contains(&part.chunk)
        {
            progress.chunks.push(part.chunk);
        }
        self.ledger.touch();
    }

    pub(super) fn ended(
        &mut self,
        chunk: ChunkIndex,
        attempt: Attempt,
        how: Ended,
        now_ms: u64,
    ) -> Vec<Command> {
        self.heard(now_ms, |work| vec![work.ended(chunk, attempt, how, now_ms)])
    }

    /// Takes over what attempts came to.
    pub(super) fn heard(
        &mut self,
        now_ms: u64,
        listen: impl FnOnce(&mut Work) -> Vec<Verdict>,
    ) -> Vec<Command> {
        let Stage::Rendering { work, plan } = &mut self.stage else {
            return Vec::new();
        };
        let verdicts = listen(work);
        let planned = plan.chunks.len();
        // Clients know nothing of merged chunks.
        let known = |chunk: ChunkIndex| Some(chunk).filter(|chunk| (chunk.0 as usize) < planned);
        for verdict in verdicts {
            match verdict {
                Verdict::Fine => {}
                Verdict::Retried {
                    chunk,
                    failure,
                    attempt,
                    total_attempts,
                } => {
                    self.tell(&failure, known(chunk), attempt, total_attempts, true);
                    let retry = known(chunk).map(|chunk| RetryEntry {
                        chunk,
                        attempt: attempt + 1,
                        time: now_ms,
                    });
                    self.ledger.progress.retries.extend(retry);
                }
                // A renderer saw the client's wish first.
                Verdict::Fatal { failure, .. } if failure.is_wished() => {
                    return self.cancelled(now_ms);
                }
                Verdict::Fatal {
                    chunk,
                    failure,
                    attempt,
                    total_attempts,
                } => {
                    return self.fail(&failure, known(chunk), attempt, total_attempts, now_ms);
                }
            }
        }
        Vec::new()
    }

    /// Writes into the next document what a successor must know.
    pub(super) fn record(&mut self) {
        let Stage::Rendering { work, .. } = &self.stage else {
            self.ledger.leadership.in_flight.clear();
            return;
        };
        let (rendered, encoded) = work.frame_counts();
        let (in_flight, tries) = work.records();
        let progress = &mut self.ledger.progress;
        (progress.frames_rendered, progress.frames_encoded) = (rendered, encoded);
        (
            self.ledger.leadership.in_flight,
            self.ledger.leadership.tries,
        ) = (in_flight, tries);
    }
}
