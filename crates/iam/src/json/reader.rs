//! From text to values.

use super::keys::Keys;
use super::{JsonError, JsonErrorKind, Member, Value, ValueKind};
use crate::{Position, Span};

/// Objects and arrays may be nested this deep; policies need six levels.
const MAX_DEPTH: usize = 64;

/// An error is large and rare: boxed, it costs nothing where there is none.
pub(super) type Read<T> = Result<T, Box<JsonError>>;

/// Reads a text that holds one value.
///
/// # Errors
/// [`JsonError`] with the place, for anything that RFC 8259 does not allow, and for duplicate keys and
/// nesting beyond 64 levels.
pub fn parse(text: &str) -> Result<Value<'_>, JsonError> {
    let (value, mut reader) = read(text, 0).map_err(|error| *error)?;
    reader.skip_space();
    if reader.at < text.len() {
        return Err(*reader.error(JsonErrorKind::Trailing, reader.at, text.len()));
    }
    Ok(value)
}

/// Reads the value that starts at byte `offset` (a character boundary), whatever follows it.
///
/// # Errors
/// As [`parse`].
pub fn parse_prefix(text: &str, offset: usize) -> Result<Value<'_>, JsonError> {
    read(text, offset)
        .map(|(value, _)| value)
        .map_err(|error| *error)
}

fn read(text: &str, offset: usize) -> Read<(Value<'_>, Reader<'_>)> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: offset,
        depth: 0,
    };
    if u32::try_from(text.len()).is_err() {
        return Err(reader.error(JsonErrorKind::TooLong, 0, 0));
    }
    reader.skip_space();
    let value = reader.value()?;
    Ok((value, reader))
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    #[cold]
    pub(super) fn error(&self, kind: JsonErrorKind, start: usize, end: usize) -> Box<JsonError> {
        Box::new(JsonError {
            kind,
            span: Span::new(start, end),
            position: Position::of_offset(self.text, start),
        })
    }

    #[cold]
    pub(super) fn expected(&self, what: &'static str) -> Box<JsonError> {
        if self.at >= self.bytes.len() {
            return self.error(JsonErrorKind::Unfinished, self.at, self.at);
        }
        let length = self.text[self.at..]
            .chars()
            .next()
            .map_or(1, char::len_utf8);
        self.error(JsonErrorKind::Expected(what), self.at, self.at + length)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    // Apart from `kind`, so that the span is written where the value stays and not moved with it.
    #[inline]
    fn value(&mut self) -> Read<Value<'t>> {
        let start = self.at;
        let kind = self.kind()?;
        let span = Span::new(start, self.at);
        Ok(Value { kind, span })
    }

    fn kind(&mut self) -> Read<ValueKind<'t>> {
        Ok(match self.peek() {
            Some(b'"') => ValueKind::String(self.string()?),
            Some(b'{') => ValueKind::Object(self.nested(Self::members)?),
            Some(b'[') => ValueKind::Array(self.nested(Self::elements)?),
            Some(b'-' | b'0'..=b'9') => ValueKind::Number(self.number()?),
            Some(b't') => self.word("true", ValueKind::Bool(true))?,
            Some(b'f') => self.word("false", ValueKind::Bool(false))?,
            Some(b'n') => self.word("null", ValueKind::Null)?,
            _ => return Err(self.expected("a value")),
        })
    }

    /// Steps over the opening bracket and reads the inside one level deeper.
    fn nested<T>(&mut self, inside: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(JsonErrorKind::TooDeep, self.at, self.at + 1));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_space();
        let read = inside(self)?;
        self.depth -= 1;
        Ok(read)
    }

    fn elements(&mut self) -> Read<Vec<Value<'t>>> {
        let mut elements = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(elements);
        }
        loop {
            elements.push(self.value()?);
            if !self.another(b']', "`,` or `]`")? {
                return Ok(elements);
            }
        }
    }

    fn members(&mut self) -> Read<Vec<Member<'t>>> {
        let mut members: Vec<Member<'t>> = Vec::with_capacity(5);
        let mut seen = Keys::default();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(members);
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in double quotes"));
            }
            let start = self.at;
            let key = self.string()?;
            let key_span = Span::new(start, self.at);
            if !seen.admit(&members, &key) {
                return Err(self.error(
                    JsonErrorKind::DuplicateKey(key.into_owned()),
                    start,
                    self.at,
                ));
            }
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err(self.expected("`:`"));
            }
            self.at += 1;
            self.skip_space();
            let value = self.value()?;
            members.push(Member {
                key,
                key_span,
                value,
            });
            if !self.another(b'}', "`,` or `}`")? {
                return Ok(members);
            }
        }
    }

    /// After an element: steps to the next one, or over the closing bracket.
    fn another(&mut self, close: u8, wanted: &'static str) -> Read<bool> {
        self.skip_space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.skip_space();
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.expected(wanted)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse(text).expect_err(text).to_string()
    }

    #[test]
    fn keeps_places() {
        let text = "{\n  \"a\": [1, \"\u{e9}\", true]\n}";
        let value = parse(text).unwrap();
        let list = value.get("a").unwrap();
        assert_eq!(list.span.of(text), "[1, \"\u{e9}\", true]");
        assert_eq!(list.span.start_in(text), Position { line: 2, column: 8 });
        let last = &list.as_array().unwrap()[2];
        assert_eq!(
            (last.span.of(text), last.span.start_in(text).column),
            ("true", 17)
        );
    }

    #[test]
    fn resolves_escapes() {
        let value = parse(r#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#).unwrap();
        assert_eq!(
            value.as_str(),
            Some("a\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1F600}")
        );
        let mut quoted = String::new();
        super::super::quote(value.as_str().unwrap(), &mut quoted);
        assert_eq!(parse(&quoted).unwrap().as_str(), value.as_str());
    }

    #[test]
    fn refuses_what_is_not_json() {
        for text in [
            "",
            " ",
            "{",
            "[",
            "[1",
            "[1,",
            "[1,]",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1,}",
            "{a:1}",
            "{'a':1}",
            "tru",
            "nul",
            "01",
            "1.",
            ".5",
            "-",
            "+1",
            "1e",
            "0x1",
            "\"",
            "\"\\",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\udc00\"",
            "\"\\ud800\\u0041\"",
            "\"\\x\"",
            "\"\n\"",
            "\"\u{0}\"",
            "1 2",
            "{}{}",
            "[1 2]",
            "/**/1",
            "NaN",
            "\"\\u+123\"",
            "\u{feff}{}",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn names_the_place_of_a_duplicate_key() {
        assert_eq!(
            refusal("{\"a\":1,\n \"\\u0061\":2}"),
            "duplicate key `a` at line 2 column 2"
        );
        let mut many: Vec<String> = (0..100_000)
            .map(|index| format!("\"k{index}\":0"))
            .collect();
        many.push("\"k7\":1".to_owned());
        assert!(refusal(&format!("{{{}}}", many.join(","))).starts_with("duplicate key `k7`"));
    }

    #[test]
    fn bounds_nesting() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(&nested(64)).is_ok());
        assert_eq!(
            refusal(&nested(65)),
            "nested more than 64 levels deep at line 1 column 65"
        );
        assert!(parse(&"[".repeat(1_000_000)).is_err());
    }
}
