//! What a run tells while it works.

use crate::rate::FrameRate;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::sync::watch;

/// How far a run of ffmpeg has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Video frames written.
    pub frames: u64,
    /// Duration of what is written.
    pub written: Duration,
    /// Bytes written.
    pub bytes: u64,
}

/// Follows the `-progress` stream of a run until it ends. Publishes each report and returns the last.
pub(crate) async fn follow(
    stream: impl AsyncRead + Unpin,
    publish: watch::Sender<Progress>,
    rate: FrameRate,
) -> Progress {
    let mut lines = BufReader::new(stream).lines();
    let mut last = Progress::default();
    let mut next = Report::default();
    // A stream that breaks ends with the run, whose exit tells more.
    while let Ok(Some(line)) = lines.next_line().await {
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        if key != "progress" {
            next.take(key, value.trim());
            continue;
        }
        last = next.follow_up(last, rate);
        next = Report::default();
        publish.send_replace(last);
    }
    last
}

/// The numbers of one report; what is `N/A` is not among them.
#[derive(Debug, Default)]
struct Report {
    frames: Option<u64>,
    written: Option<Duration>,
    bytes: Option<u64>,
}

impl Report {
    fn take(&mut self, key: &str, value: &str) {
        let number = value.parse::<u64>().ok();
        match key {
            "frame" => self.frames = number,
            "out_time_us" => self.written = number.map(Duration::from_micros),
            "total_size" => self.bytes = number,
            _ => {}
        }
    }

    /// What is known after this report. Newer releases count no frames of video that they copy.
    fn follow_up(self, last: Progress, rate: FrameRate) -> Progress {
        let written = self.written.unwrap_or(last.written);
        let shown = (written.as_secs_f64() * rate.as_f64()) as u64;
        Progress {
            frames: self.frames.unwrap_or(shown),
            written,
            bytes: self.bytes.unwrap_or(last.bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn reports_are_taken_whole_and_unknown_values_follow_from_the_rest() {
        let text = "frame=7\nfps=0.0\nout_time_us=233333\ntotal_size=48\nprogress=continue\n\
                    frame=9\nout_time_us=N/A\nprogress=continue\n\
                    out_time_us=500000\ntotal_size=N/A\nprogress=end\nframe=99\n";
        let (publish, progress) = watch::channel(Progress::default());
        let last = follow(text.as_bytes(), publish, FrameRate::new(30.0).unwrap()).await;
        assert_eq!(*progress.borrow(), last);
        let expected = Progress {
            frames: 15,
            written: Duration::from_millis(500),
            bytes: 48,
        };
        assert_eq!(last, expected);
    }
}
