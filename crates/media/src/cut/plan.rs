//! Which packets a clip is made of.

use std::time::Instant;

use crate::cut::ledger::TimeBase;
use crate::cut::list::Listing;
use crate::cut::source::{Moment, Source};
use crate::cut::survey::Point;
use crate::cut::{CutError, Format};

/// What is wanted of a source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    /// Where the clip begins.
    pub from: Moment,
    /// Where it ends: what is shown then is no part of it.
    pub to: Moment,
    /// Whether it has exactly the frames between, or begins at the key frame before and ends where copying may.
    pub exact: bool,
    /// What it is written as. By default what the source is.
    pub format: Option<Format>,
}

/// A clip that can be made.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) source: Source,
    pub(super) format: Format,
    pub(super) method: Method,
    /// The clip in seconds of the file's own time.
    pub(super) from: f64,
    pub(super) to: f64,
}

/// How a clip is made.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Method {
    /// Sound alone, cut between its own frames.
    Sound,
    /// One span of packets.
    Copy(Span),
    /// Parts, of which those that are encoded use parameter sets of their own.
    Parts { base: TimeBase, parts: Vec<Part> },
}

/// Packets that follow each other in decoding order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) base: TimeBase,
    /// Seconds from the start of the file at which the first packet can be found.
    pub(super) seek: f64,
    /// When the first frame is decoded and shown.
    pub(super) dts: i64,
    pub(super) pts: i64,
    pub(super) end: Point,
}

/// One part of a clip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part {
    Copied(Span),
    Encoded(Redo),
}

/// Frames that are decoded and encoded anew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Redo {
    /// Seconds from the start of the file at which decoding can begin.
    pub(super) seek: f64,
    /// Shown from here on, in seconds of the file's own time.
    pub(super) from: f64,
    /// Shown before this.
    pub(super) until: f64,
    /// How many there are, where that is known ahead.
    pub(super) frames: Option<u64>,
    /// Whether they go together with what is copied: h264, each frame decoded this many ticks before it is shown.
    pub(super) beside_copied: Option<i64>,
}

/// Times may be rounded to milliseconds: a frame is meant that is shown within half of one.
const ROUNDING: f64 = 0.000_5;

/// How much longer than its container tells a source may be taken for.
const END_TOLERANCE: f64 = 0.1;

impl Source {
    /// Decides how the clip that `request` asks for is made. Reads the source around its start and its end.
    ///
    /// # Errors
    /// [`CutError::Backwards`], [`CutError::BeyondEnd`], [`CutError::Nothing`], [`CutError::NoVideo`],
    /// [`CutError::NoAudio`], [`CutError::NoFrames`], [`CutError::VariableRate`], [`CutError::Ffmpeg`].
    pub async fn plan(self, request: &Request, deadline: Instant) -> Result<Plan, CutError> {
        let (from, to) = (self.seconds_at(request.from)?, self.seconds_at(request.to)?);
        self.check_times(from, to)?;
        let own = Format::of_source(&self.info).ok_or(CutError::NoMedia)?;
        let format = request.format.unwrap_or(own);
        let start = self.info.start;
        let mut plan = Plan {
            format,
            method: Method::Sound,
            from: from + start - ROUNDING,
            to: to + start - ROUNDING,
            source: self,
        };
        let source = &plan.source;
        if format.is_audio() {
            if source.info.audio.is_empty() {
                return Err(CutError::NoAudio(format));
            }
            (plan.from, plan.to) = (from + start, to + start);
            return Ok(plan);
        }
        let Some(video) = source.info.video.first() else {
            return Err(CutError::NoVideo(format));
        };
        let copies = format.copies_video(&video.codec);
        let method = match (copies, request.exact) {
            (true, false) => plan.copy(deadline).await?,
            (true, true) if plan.codec_takes_parts() => plan.exact(deadline).await?,
            _ => plan.whole(deadline).await?,
        };
        plan.method = method;
        plan.settle();
        Ok(plan)
    }

    fn check_times(&self, from: f64, to: f64) -> Result<(), CutError> {
        if !(from.is_finite() && to.is_finite() && from >= 0.0 && from < to) {
            return Err(CutError::Backwards { from, to });
        }
        let Some(end) = self.seconds() else {
            return Ok(());
        };
        if from >= end {
            let which = "from";
            return Err(CutError::BeyondEnd {
                which,
                at: from,
                end,
            });
        }
        if to > end + END_TOLERANCE {
            let which = "to";
            return Err(CutError::BeyondEnd { which, at: to, end });
        }
        Ok(())
    }
}

impl Plan {
    /// What the clip is written as.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether any of its frames, or its sound, is encoded anew.
    #[must_use]
    pub fn reencodes(&self) -> bool {
        let parts = match &self.method {
            Method::Parts { parts, .. } => parts.as_slice(),
            Method::Sound | Method::Copy(_) => &[],
        };
        parts.iter().any(|part| matches!(part, Part::Encoded(_))) || !self.copies_audio()
    }

    /// Bytes that it will take on disk while it is made, estimated from the source's own rate; 0 where nothing is written.
    #[must_use]
    pub fn disk_bytes(&self) -> u64 {
        let bits = self.source.info.bits_per_second.unwrap_or(0) as f64;
        let clip = (bits / 8.0 * (self.to - self.from).max(0.0)) as u64;
        let margin = 8 << 20;
        let parts = matches!(self.method, Method::Parts { .. });
        let copies = u64::from(parts) + u64::from(self.format.needs_disk());
        copies * (clip + clip / 4 + margin)
    }

    /// Seconds that it lasts, as planned.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.to - self.from
    }

    /// Where it begins, in seconds from the start of the source.
    #[must_use]
    pub fn starts_at(&self) -> f64 {
        self.from - self.source.info.start
    }

    pub(super) fn copies_audio(&self) -> bool {
        self.format.copies_audio(&self.source.info.audio)
    }

    /// Encoded frames can stand beside copied ones where both are plain h264.
    fn codec_takes_parts(&self) -> bool {
        self.source.info.video.first().is_some_and(|video| {
            video.codec == "h264"
                && matches!(video.pixel_format.as_str(), "yuv420p" | "yuvj420p")
                && !video.interlaced
                && video.rotation == 0
        })
    }

    async fn copy(&self, deadline: Instant) -> Result<Method, CutError> {
        let (from, to) = (self.from, self.to);
        // A key frame that is shown within the rounding of `from` is the one that is meant.
        let meant = from + 2.0 * ROUNDING;
        let enough = |listing: &Listing| listing.is_past(listing.base.tick_from(meant) + 1);
        let (head, seek) = self.source.list_from(meant, deadline, enough).await?;
        let nothing = || self.nothing();
        let key = head
            .key_before(head.base.tick_from(meant))
            .ok_or_else(nothing)?;
        let (tail, _) = self.list_end(deadline).await?;
        let end = tail
            .end_after(tail.base.tick_from(to))
            .ok_or_else(nothing)?;
        if end.pts <= key.pts {
            return Err(nothing());
        }
        let base = head.base;
        let span = Span {
            base,
            seek,
            dts: key.dts,
            pts: key.pts,
            end,
        };
        if self.format.keeps_ticks(base) {
            return Ok(Method::Copy(span));
        }
        let parts = vec![Part::Copied(span)];
        Ok(Method::Parts { base, parts })
    }

    /// The packets around the end, as far as is needed to know where copying may end.
    async fn list_end(&self, deadline: Instant) -> Result<(Listing, f64), CutError> {
        let to = self.to;
        let enough = |listing: &Listing| {
            let tick = listing.base.tick_from(to);
            listing.is_past(tick) && listing.end_after(tick).is_some()
        };
        self.source.list_from(to, deadline, enough).await
    }

    async fn exact(&self, deadline: Instant) -> Result<Method, CutError> {
        let (from, to) = (self.from, self.to);
        let enough = |listing: &Listing| {
            let (from, to) = (listing.base.tick_from(from), listing.base.tick_from(to));
            listing.is_past(to) || listing.closed_key(from).is_some()
        };
        let (head, seek) = self.source.list_from(from, deadline, enough).await?;
        let base = head.base;
        let (first_tick, end_tick) = (base.tick_from(from), base.tick_from(to));
        let opening = head
            .opening(first_tick, end_tick)
            .filter(|opening| opening.first < end_tick)
            .ok_or_else(|| self.nothing())?;
        let whole = Redo {
            seek,
            from: base.seconds(opening.first),
            until: base.seconds(end_tick),
            frames: None,
            beside_copied: None,
        };
        let whole = Method::Parts {
            base,
            parts: vec![Part::Encoded(whole)],
        };
        let Some(next) = opening.next else {
            return Ok(whole);
        };
        let (tail, tail_seek) = self.list_end(deadline).await?;
        let Some(end) = tail.exact_end(end_tick) else {
            return Ok(whole);
        };
        // Frames shown before the first key frame of the listing need what is not listed.
        let opens = tail.packets.first().map(|first| (first.dts, first.pts));
        let is_open =
            opens.is_some_and(|(dts, pts)| end.point.dts == Some(dts) && end.point.pts != pts);
        let copies_something = end.point.pts > next.pts;
        if is_open || !copies_something {
            return Ok(whole);
        }
        let mut parts = Vec::new();
        if opening.frames > 0 {
            parts.push(Part::Encoded(Redo {
                seek,
                from: base.seconds(opening.first),
                until: base.seconds(next.pts),
                frames: Some(opening.frames),
                beside_copied: Some((next.pts - next.dts).max(0)),
            }));
        }
        parts.push(Part::Copied(Span {
            base,
            seek: if opening.frames > 0 {
                self.seek_of(next.pts, base, seek)
            } else {
                seek
            },
            dts: next.dts,
            pts: next.pts,
            end: end.point,
        }));
        if end.frames > 0
            && let Some(dts) = end.point.dts
        {
            parts.push(Part::Encoded(Redo {
                seek: tail_seek,
                from: base.seconds(end.point.pts),
                until: base.seconds(end_tick),
                frames: Some(end.frames),
                beside_copied: Some((end.point.pts - dts).max(0)),
            }));
        }
        Ok(Method::Parts { base, parts })
    }

    /// Where reading may begin for the key frame shown at `pts`: at it where the container has an index of key frames by
    /// the times at which they are shown, else where the frames before it are read too.
    fn seek_of(&self, pts: i64, base: TimeBase, before: f64) -> f64 {
        let info = &self.source.info;
        if info.container.split(',').any(|name| name == "mp4") {
            base.seconds(pts) - info.start
        } else {
            before
        }
    }

    async fn whole(&self, deadline: Instant) -> Result<Method, CutError> {
        let (from, to) = (self.from, self.to);
        let enough = |listing: &Listing| {
            let tick = listing.base.tick_from(from);
            listing.is_past(tick + 1) && listing.opening(tick, i64::MAX).is_some()
        };
        let (head, seek) = self.source.list_from(from, deadline, enough).await?;
        let (first, end) = (head.base.tick_from(from), head.base.tick_from(to));
        let opening = head
            .opening(first, end)
            .filter(|opening| opening.first < end)
            .ok_or_else(|| self.nothing())?;
        Ok(Method::Parts {
            base: head.base,
            parts: vec![Part::Encoded(Redo {
                seek,
                from: head.base.seconds(opening.first),
                until: head.base.seconds(end),
                frames: None,
                beside_copied: None,
            })],
        })
    }

    /// Moves the clip's times to those of the frames that it has.
    fn settle(&mut self) {
        match &self.method {
            Method::Sound => {}
            Method::Copy(span) => {
                self.from = span.base.seconds(span.pts);
                self.to = span.base.seconds(span.end.pts);
            }
            Method::Parts { parts, .. } => {
                let ends = |part: &Part| match part {
                    Part::Copied(span) => {
                        (span.base.seconds(span.pts), span.base.seconds(span.end.pts))
                    }
                    Part::Encoded(redo) => (redo.from, redo.until),
                };
                if let (Some(first), Some(last)) = (parts.first(), parts.last()) {
                    self.from = ends(first).0;
                    self.to = ends(last).1;
                }
            }
        }
    }

    fn nothing(&self) -> CutError {
        let start = self.source.info.start;
        CutError::Nothing {
            from: self.from + ROUNDING - start,
            to: self.to + ROUNDING - start,
        }
    }
}
