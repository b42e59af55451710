//! The log lines of one render.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

/// The log group cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("could not read the log group `{group}`: {message}")]
pub struct LogsError {
    group: String,
    message: String,
}

/// How long the last lines of a render are waited for: its launch tidies up after the output is complete.
const PATIENCE: Duration = Duration::from_secs(5);

const PAUSE: Duration = Duration::from_millis(200);

/// The lines that the invocations of render `render_id` printed since `since_unix_ms`, stream by stream, each whole
/// from its START to its REPORT; an invocation that has not ended after 5 s is kept as far as it came.
///
/// # Errors
/// [`LogsError`] if the log group cannot be read with the credentials of `config`.
pub async fn of_render(
    config: &SdkConfig,
    function: &str,
    render_id: &str,
    since_unix_ms: i64,
) -> Result<String, LogsError> {
    let group = format!("/aws/lambda/{function}");
    let logs = Client::new(config);
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let kept = kept(&logs, &group, render_id, since_unix_ms).await?;
        let have_ended = kept.values().flatten().all(|lines| {
            let last = lines.last();
            last.is_some_and(|line| line.starts_with("REPORT "))
        });
        if have_ended || tokio::time::Instant::now() >= deadline {
            return Ok(text(&kept));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The invocations that name the render, each as its lines, by log stream.
type Invocations = BTreeMap<String, Vec<Vec<String>>>;

async fn kept(
    logs: &Client,
    group: &str,
    render_id: &str,
    since_unix_ms: i64,
) -> Result<Invocations, LogsError> {
    let pages = logs
        .filter_log_events()
        .log_group_name(group)
        .start_time(since_unix_ms)
        .into_paginator()
        .send();
    let events = pages.try_collect().await.map_err(|error| LogsError {
        group: group.to_owned(),
        message: store::in_a_line(&error),
    })?;
    let mut streams: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in events.iter().flat_map(|page| page.events()) {
        let (stream, line) = parts(event);
        streams.entry(stream).or_default().push(line);
    }
    let of_render = |(stream, lines): (String, Vec<String>)| {
        let kept: Vec<_> = invocations(&lines)
            .filter(|lines| lines.iter().any(|line| line.contains(render_id)))
            .map(<[String]>::to_vec)
            .collect();
        (!kept.is_empty()).then_some((stream, kept))
    };
    Ok(streams.into_iter().filter_map(of_render).collect())
}

fn text(kept: &Invocations) -> String {
    let mut text = String::new();
    for (stream, invocations) in kept {
        text += &format!("== {stream}\n");
        for line in invocations.iter().flatten() {
            text += line.trim_end();
            text.push('\n');
        }
    }
    text
}

fn parts(event: &FilteredLogEvent) -> (String, String) {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    (text(event.log_stream_name()), text(event.message()))
}

/// The lines of a stream, cut before each START but the first: what the environment said before belongs to it.
fn invocations(lines: &[String]) -> impl Iterator<Item = &[String]> {
    let starts = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with("START "))
        .map(|(at, _)| at)
        .skip(1);
    let cuts: Vec<_> = std::iter::once(0)
        .chain(starts)
        .chain([lines.len()])
        .collect();
    (1..cuts.len()).map(move |cut| &lines[cuts[cut - 1]..cuts[cut]])
}

#[cfg(test)]
mod tests {
    use super::invocations;

    #[test]
    fn a_stream_is_cut_at_its_invocations() {
        let lines = ["INIT_START", "START 1", "a", "REPORT 1", "START 2", "b"].map(str::to_owned);
        let cut: Vec<_> = invocations(&lines).map(|lines| lines.join(",")).collect();
        assert_eq!(cut, ["INIT_START,START 1,a,REPORT 1", "START 2,b"]);
        assert_eq!(
            invocations(&[]).filter(|lines| !lines.is_empty()).count(),
            0
        );
    }
}
