//! The part of a document that is shown with what is said about it.

use std::borrow::Cow;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// Of longer lines only what is around the place is shown, in bytes: policies are often written in one.
const LONGEST_LINE: usize = 400;

/// How much is shown before and after a place in a long line, in bytes.
const AROUND: usize = 120;

/// Of longer messages, which quote what was written, the middle is left out, in bytes.
const LONGEST_MESSAGE: usize = 600;

/// How much of the end of such a message is kept, in bytes.
const END: usize = 200;

/// A message without the middle of what it quotes at length.
pub(super) fn brief(message: &str) -> Cow<'_, str> {
    if message.len() <= LONGEST_MESSAGE {
        return message.into();
    }
    let start = &message[..message.floor_char_boundary(LONGEST_MESSAGE - END)];
    let end = &message[message.ceil_char_boundary(message.len() - END)..];
    let left_out = message.len() - start.len() - end.len();
    format!("{start} … {left_out} bytes … {end}").into()
}

/// A text with the name under which it is shown.
#[derive(Debug)]
pub(crate) struct Excerpt {
    name: String,
    text: String,
}

impl Excerpt {
    pub(super) fn of(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    /// The place as it is marked: within the text, and no longer than what is shown of a long line.
    pub(super) fn mark(&self, start: usize, end: usize) -> SourceSpan {
        let start = self.text.floor_char_boundary(start);
        let end = end.min(start + LONGEST_LINE);
        let end = self.text.floor_char_boundary(end).max(start);
        (start, end - start).into()
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = &self.text;
        let place = self.mark(span.offset(), span.offset() + span.len());
        let (start, end) = (place.offset(), place.offset() + place.len());
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
        if line_end - line_start <= LONGEST_LINE {
            let contents = text.read_span(&place, lines_before, lines_after)?;
            return Ok(Box::new(MietteSpanContents::new_named(
                self.name.clone(),
                contents.data(),
                *contents.span(),
                contents.line(),
                contents.column(),
                contents.line_count(),
            )));
        }
        let from = line_start.max(text.floor_char_boundary(start.saturating_sub(AROUND)));
        let to = line_end.min(text.ceil_char_boundary(end + AROUND));
        let line = text[..line_start].matches('\n').count();
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &text.as_bytes()[from..to],
            (from, to - from).into(),
            line,
            from - line_start,
            1,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, at: usize, length: usize) -> (String, usize, usize) {
        let excerpt = Excerpt::of("p.json", text);
        let contents = excerpt.read_span(&(at, length).into(), 1, 1).unwrap();
        let shown = String::from_utf8(contents.data().to_vec()).unwrap();
        (shown, contents.line(), contents.column())
    }

    #[test]
    fn the_middle_of_a_long_message_is_left_out() {
        assert_eq!(brief("`s3:Get` is unknown"), "`s3:Get` is unknown");
        let long = format!("`{}` is unknown", "é".repeat(1_000_000));
        let shown = brief(&long);
        assert!(shown.len() < LONGEST_MESSAGE + 40, "{}", shown.len());
        assert!(
            shown.starts_with("`ééé") && shown.ends_with("éé` is unknown"),
            "{shown}"
        );
        assert!(shown.contains(" … 1999414 bytes … "), "{shown}");
    }

    #[test]
    fn short_lines_are_shown_whole_and_with_their_neighbours() {
        assert_eq!(shown("{\n  \"a\": 1,\n}\n", 4, 3).0, "{\n  \"a\": 1,\n}\n");
    }

    #[test]
    fn of_a_long_line_what_is_around_is_shown() {
        let long = format!("{{\n{}é!{}\n}}", "a".repeat(1_000), "é".repeat(1_000));
        let (text, line, column) = shown(&long, 1_002, 2);
        assert!(text.starts_with("aaa") && text.contains("aé!é"), "{text}");
        assert!(text.len() <= 2 * AROUND + 4, "{}", text.len());
        assert_eq!((line, column), (1, 1_000 - AROUND));
        // A mark that goes on for longer is cut, and so is one beyond the end.
        let (text, _, _) = shown(&long, 500, 2_000);
        assert!(
            text.len() <= LONGEST_LINE + 2 * AROUND + 4,
            "{}",
            text.len()
        );
        assert!(shown(&long, 1_000_000, 9).0.ends_with('}'));
    }
}
