//! How a render is followed: a bar on a terminal, a line now and then elsewhere, or JSON events.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{RenderReport, human, json};

/// Where a render stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Snapshot {
    pub(crate) render_id: String,
    pub(crate) frames_rendered: u64,
    pub(crate) frames: u64,
    pub(crate) chunks_done: u64,
    pub(crate) chunks: u64,
    pub(crate) frames_per_second: f64,
    pub(crate) seconds_left: Option<f64>,
}

/// Shows what a command does.
pub(crate) enum Shown {
    Bar(ProgressBar),
    Lines { last: Option<Instant> },
    Json,
}

/// Without a terminal a line is written this often.
const LINE_EVERY: Duration = Duration::from_secs(5);

impl Shown {
    /// JSON where that is asked for, a bar on a terminal, else lines on standard error.
    pub(crate) fn new(json: bool) -> Self {
        if json {
            Self::Json
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(100));
            Self::Bar(bar)
        } else {
            Self::Lines { last: None }
        }
    }

    /// A step that takes a moment, such as `uploading the site`.
    pub(crate) fn step(&self, what: &str) {
        match self {
            Self::Bar(bar) => bar.set_message(what.to_owned()),
            Self::Lines { .. } => said(what),
            Self::Json => json::line("step", &serde_json::json!({ "step": what })),
        }
    }

    /// How far a step is, which changes many times a second: for a terminal alone. What it came to is in the result.
    pub(crate) fn passing(&self, what: &str) {
        if let Self::Bar(bar) = self {
            bar.set_message(what.to_owned());
        }
    }

    /// Something that a person should know and that stops nothing.
    pub(crate) fn warning(&self, what: &str) {
        match self {
            Self::Bar(bar) => bar.println(format!("warning: {what}")),
            Self::Lines { .. } => said(&format!("warning: {what}")),
            Self::Json => json::line("warning", &serde_json::json!({ "message": what })),
        }
    }

    /// What was done, beside a result that goes to standard output; programs find it in the object.
    pub(crate) fn note(&self, what: &str) {
        self.clear();
        match self {
            Self::Bar(_) | Self::Lines { .. } => said(what),
            Self::Json => {}
        }
    }

    /// The render has an id: what to resume it by.
    pub(crate) fn started(&self, render_id: &str) {
        match self {
            Self::Bar(bar) => bar.set_message(format!("render {render_id}")),
            Self::Lines { .. } => said(&format!("render {render_id}")),
            Self::Json => json::line("started", &serde_json::json!({ "renderId": render_id })),
        }
    }

    /// The render moved on.
    pub(crate) fn moved(&mut self, now: &Snapshot) {
        match self {
            Self::Bar(bar) => {
                if bar.length() != Some(now.frames) {
                    bar.set_length(now.frames);
                    bar.set_style(style());
                }
                bar.set_position(now.frames_rendered);
                bar.set_message(details(now));
            }
            Self::Lines { last } => {
                if last.is_none_or(|last| last.elapsed() >= LINE_EVERY) {
                    *last = Some(Instant::now());
                    said(&format!(
                        "{}/{} frames, {}",
                        now.frames_rendered,
                        now.frames,
                        details(now)
                    ));
                }
            }
            Self::Json => json::line("progress", now),
        }
    }

    /// So many of so many seconds are made.
    pub(crate) fn advanced(&mut self, seconds: f64, of: f64) {
        match self {
            Self::Bar(bar) => {
                let milliseconds = |seconds: f64| (seconds * 1e3) as u64;
                if bar.length() != Some(milliseconds(of)) {
                    bar.set_length(milliseconds(of));
                    bar.set_style(seconds_style());
                }
                bar.set_position(milliseconds(seconds));
                bar.set_message(format!("{seconds:.1}/{of:.1} s"));
            }
            Self::Lines { last } => {
                if last.is_none_or(|last| last.elapsed() >= LINE_EVERY) {
                    *last = Some(Instant::now());
                    said(&format!("{seconds:.1}/{of:.1} s"));
                }
            }
            Self::Json => json::line(
                "progress",
                &serde_json::json!({ "seconds": seconds, "of": of }),
            ),
        }
    }

    /// The render is on disk.
    pub(crate) fn done(&self, report: &RenderReport) {
        self.clear();
        match self {
            Self::Bar(_) | Self::Lines { .. } => printed(&report.to_string()),
            Self::Json => json::line("done", report),
        }
    }

    /// A result other than a render's: text, or an object.
    pub(crate) fn result(&self, text: &str, object: &impl Serialize) {
        self.clear();
        match self {
            Self::Bar(_) | Self::Lines { .. } => printed(text),
            Self::Json => json::line("result", object),
        }
    }

    /// A record of the event history.
    pub(crate) fn event(&self, object: &impl Serialize, text: &str) {
        self.clear();
        match self {
            Self::Bar(_) | Self::Lines { .. } => printed(text),
            Self::Json => json::line("event", object),
        }
    }

    /// A command failed: an object for programs, a text for people.
    pub(crate) fn error(&self, object: &impl Serialize, text: &str) {
        self.clear();
        match self {
            Self::Bar(_) | Self::Lines { .. } => said(text.trim_end()),
            Self::Json => json::line("error", object),
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn details(now: &Snapshot) -> String {
    let mut text = format!(
        "{}/{} chunks, {:.1} frames/s",
        now.chunks_done, now.chunks, now.frames_per_second
    );
    if let Some(seconds) = now.seconds_left {
        text += &format!(
            ", {} left",
            human::left(Duration::from_secs_f64(seconds.clamp(0.0, 1e9)))
        );
    }
    text
}

fn style() -> ProgressStyle {
    // The template is ours; should it not parse, the plain bar says as much.
    ProgressStyle::with_template("{bar:30} {pos}/{len} frames, {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn seconds_style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// On standard error: what happens.
fn said(line: &str) {
    let mut err = std::io::stderr().lock();
    if let Err(error) = writeln!(err, "{line}") {
        tracing::debug!(%error, "standard error is closed");
    }
}

/// On standard output: what was asked for.
pub(crate) fn printed(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = writeln!(out, "{text}").and_then(|()| out.flush()) {
        tracing::debug!(%error, "standard output is closed");
    }
}
