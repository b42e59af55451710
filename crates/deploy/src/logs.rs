//! The log lines of one render.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::error::DisplayErrorContext;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

/// The log group cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("could not read the log group `{group}`: {message}")]
pub struct LogsError {
    group: String,
    message: String,
}

/// The lines that the invocations of render `render_id` printed since `since_unix_ms`, stream by stream, each whole
/// from its START to its REPORT.
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
    let pages = logs
        .filter_log_events()
        .log_group_name(&group)
        .start_time(since_unix_ms)
        .into_paginator()
        .send();
    let events = pages.try_collect().await.map_err(|error| LogsError {
        group: group.clone(),
        message: DisplayErrorContext(error).to_string(),
    })?;
    let mut streams: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in events.iter().flat_map(|page| page.events()) {
        let (stream, line) = parts(event);
        streams.entry(stream).or_default().push(line);
    }
    let mut text = String::new();
    for (stream, lines) in &streams {
        let kept: Vec<_> = invocations(lines)
            .filter(|lines| lines.iter().any(|line| line.contains(render_id)))
            .collect();
        if !kept.is_empty() {
            text += &format!("== {stream}\n");
        }
        for line in kept.into_iter().flatten() {
            text += line.trim_end();
            text.push('\n');
        }
    }
    Ok(text)
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
