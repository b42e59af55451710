//! The page's console, told outward.

use crate::event::ConsoleLine;
use chrome::{ConsoleMessage, Level};
use protocol::settings::LogLevel;

/// Remotion marks a line's level and tag by arguments that are symbols of these descriptions.
const LEVEL: &str = "Symbol(__remotion_level_";
const TAG: &str = "Symbol(__remotion_tag_";

/// What a bundle on https says about every file from this machine, which is as it should be.
const MIXED_CONTENT: &str = "Mixed Content";

/// `None` for lines that tell a user nothing.
pub(crate) fn line(message: ConsoleMessage) -> Option<ConsoleLine> {
    let mut level = match message.level {
        Level::Debug => LogLevel::Verbose,
        Level::Info => LogLevel::Info,
        Level::Warning => LogLevel::Warn,
        Level::Error => LogLevel::Error,
    };
    let mut tag = None;
    let mut words = Vec::new();
    for argument in message.arguments {
        if let Some(name) = marked(&argument, LEVEL) {
            level = level_named(name).unwrap_or(level);
        } else if let Some(name) = marked(&argument, TAG) {
            tag = Some(name.to_owned());
        } else {
            words.push(argument);
        }
    }
    let text = words.join(" ");
    let irrelevant = text.contains(MIXED_CONTENT) && text.contains("http://localhost");
    (!irrelevant).then_some(ConsoleLine { level, tag, text })
}

fn marked<'a>(argument: &'a str, mark: &str) -> Option<&'a str> {
    argument.strip_prefix(mark)?.strip_suffix(')')
}

fn level_named(name: &str) -> Option<LogLevel> {
    [
        LogLevel::Trace,
        LogLevel::Verbose,
        LogLevel::Info,
        LogLevel::Warn,
        LogLevel::Error,
    ]
    .into_iter()
    .find(|level| level.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(level: Level, arguments: &[&str]) -> Option<ConsoleLine> {
        line(ConsoleMessage {
            level,
            arguments: arguments
                .iter()
                .map(|argument| (*argument).to_owned())
                .collect(),
        })
    }

    #[test]
    fn marks_become_level_and_tag() {
        let marked = [
            "Symbol(__remotion_level_verbose)",
            "Symbol(__remotion_tag_delayRender())",
            "a",
            "b",
        ];
        let line = read(Level::Info, &marked).unwrap();
        assert_eq!(
            (line.level, line.tag.as_deref(), line.text.as_str()),
            (LogLevel::Verbose, Some("delayRender()"), "a b")
        );
        let plain = read(Level::Warning, &["x"]).unwrap();
        assert_eq!((plain.level, plain.tag), (LogLevel::Warn, None));
    }

    #[test]
    fn mixed_content_of_our_own_is_hidden() {
        assert_eq!(
            read(
                Level::Warning,
                &["Mixed Content: … requested http://localhost:1/proxy"]
            ),
            None
        );
    }
}
