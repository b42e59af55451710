//! What a run tells while it works.

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
) -> Progress {
    let mut lines = BufReader::new(stream).lines();
    let (mut next, mut last) = (Progress::default(), Progress::default());
    // A stream that breaks ends with the run, whose exit tells more.
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some((key, value)) = line.split_once('=') {
            next.apply(key.trim(), value.trim());
            if key == "progress" {
                last = next;
                publish.send_replace(next);
            }
        }
    }
    last
}

impl Progress {
    /// Takes over one line of a report. Values that are `N/A` keep what was known.
    fn apply(&mut self, key: &str, value: &str) {
        let Ok(number) = value.parse::<u64>() else {
            return;
        };
        match key {
            "frame" => self.frames = number,
            "out_time_us" => self.written = Duration::from_micros(number),
            "total_size" => self.bytes = number,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn reports_are_taken_whole_and_unknown_values_keep_the_last() {
        let text = "frame=7\nfps=0.0\nout_time_us=233333\ntotal_size=48\nprogress=continue\nframe=9\nout_time_us=N/A\nprogress=end\nframe=99\n";
        let (publish, progress) = watch::channel(Progress::default());
        follow(text.as_bytes(), publish).await;
        let last = *progress.borrow();
        assert_eq!(
            last,
            Progress {
                frames: 9,
                written: Duration::from_micros(233_333),
                bytes: 48
            }
        );
    }
}
