//! The task that owns the decoders of one video.

use crate::extract::frames::Frame;
use crate::extract::source::{Failed, Opened};
use crate::extract::walker::{Step, Walker};
use crate::ffmpeg::Ffmpeg;
use tokio::sync::{mpsc, oneshot};

/// Places of one video that are walked through by turns: a page may show it twice.
const MOST_WALKERS: usize = 3;

/// A picture that is wanted.
pub(super) struct Request {
    pub(super) seconds: f64,
    /// The frame and the second at which it is shown.
    pub(super) reply: oneshot::Sender<Result<(Frame, f64), Failed>>,
}

/// Answers requests in turn until nobody is left who could ask.
pub(super) async fn run(ffmpeg: Ffmpeg, video: Opened, mut requests: mpsc::Receiver<Request>) {
    let mut walkers = Walkers {
        ffmpeg,
        video,
        walkers: Vec::new(),
    };
    while let Some(Request { seconds, reply }) = requests.recv().await {
        // A page that gave up does not want the picture any more.
        let _ = reply.send(walkers.picture_at(seconds).await);
    }
}

struct Walkers {
    ffmpeg: Ffmpeg,
    video: Opened,
    // INVARIANT: at most `MOST_WALKERS`, the one used last at the end.
    walkers: Vec<Walker>,
}

impl Walkers {
    async fn picture_at(&mut self, seconds: f64) -> Result<(Frame, f64), Failed> {
        let near: Vec<usize> = (0..self.walkers.len())
            .rev()
            .filter(|index| self.walkers[*index].is_near(seconds))
            .collect();
        for index in near {
            // It leaves its place while it walks: one that fails is gone.
            let mut walker = self.walkers.remove(index);
            match walker.picture_at(&self.video, seconds).await {
                Ok(Step::Shown(frame, at)) => {
                    self.walkers.push(walker);
                    return Ok((frame, at));
                }
                Ok(Step::Behind) => self.walkers.insert(index, walker),
                // A connection that stood idle while the page showed other things may be gone; a new one tells.
                Err(failed) if failed.is_lost_input() => {}
                Err(failed) => return Err(failed),
            }
        }
        self.jump(seconds).await
    }

    /// Opens a new place. Where a jump misses, because the video ends before or its index is wrong, what is left is to
    /// walk the whole way.
    async fn jump(&mut self, seconds: f64) -> Result<(Frame, f64), Failed> {
        if self.walkers.len() == MOST_WALKERS {
            self.walkers.remove(0);
        }
        let mut walker = Walker::jump(&self.ffmpeg, &self.video, seconds)?;
        loop {
            match walker.picture_at(&self.video, seconds).await? {
                Step::Shown(frame, at) => {
                    self.walkers.push(walker);
                    return Ok((frame, at));
                }
                Step::Behind if walker.is_from_beginning() => return Err(Failed::NoFrames),
                Step::Behind => walker = Walker::from_beginning(&self.ffmpeg, &self.video)?,
            }
        }
    }
}
