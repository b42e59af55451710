//! From text to values.

use std::borrow::Cow;
use std::collections::HashSet;

use super::string::unescape;
use super::{Member, Value, ValueKind};
use crate::{Position, Span};

/// Objects and arrays may be nested this deep; policies need six levels.
const MAX_DEPTH: usize = 64;

/// Objects up to this size are checked for duplicates by comparing each pair.
const SMALL_OBJECT: usize = 12;

/// The text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at {position}")]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// The offending bytes.
    pub span: Span,
    /// Where they start.
    pub position: Position,
}

/// What can be wrong with JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// Something else stands where `0` should.
    #[error("expected {0}")]
    Expected(&'static str),
    /// The text ends inside a value.
    #[error("the text ends inside a value")]
    Unfinished,
    /// A string with a raw control character.
    #[error("a control character inside a string")]
    Control,
    /// A wrong escape, or half of a surrogate pair.
    #[error("invalid escape in a string")]
    Escape,
    /// A number that JSON does not allow.
    #[error("invalid number")]
    Number,
    /// A key that its object already has.
    #[error("duplicate key `{0}`")]
    DuplicateKey(String),
    /// More than 64 levels.
    #[error("nested more than 64 levels deep")]
    TooDeep,
    /// Something follows the value.
    #[error("unexpected text after the value")]
    Trailing,
    /// The text is longer than offsets can count.
    #[error("longer than 4 GiB")]
    TooLong,
}

/// Reads a text that holds one value.
///
/// # Errors
/// [`JsonError`] with the place, for anything that RFC 8259 does not allow, and for duplicate keys and
/// nesting beyond 64 levels.
pub fn parse(text: &str) -> Result<Value<'_>, JsonError> {
    let (value, mut reader) = read(text, 0)?;
    reader.skip_space();
    if reader.at < text.len() {
        return Err(reader.error(JsonErrorKind::Trailing, reader.at, text.len()));
    }
    Ok(value)
}

/// Reads the value that starts at byte `offset` (a character boundary), whatever follows it.
///
/// # Errors
/// As [`parse`].
pub fn parse_prefix(text: &str, offset: usize) -> Result<Value<'_>, JsonError> {
    read(text, offset).map(|(value, _)| value)
}

fn read(text: &str, offset: usize) -> Result<(Value<'_>, Reader<'_>), JsonError> {
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

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    #[cold]
    fn error(&self, kind: JsonErrorKind, start: usize, end: usize) -> JsonError {
        JsonError {
            kind,
            span: Span::new(start, end),
            position: Position::of_offset(self.text, start),
        }
    }

    #[cold]
    fn expected(&self, what: &'static str) -> JsonError {
        if self.at >= self.bytes.len() {
            return self.error(JsonErrorKind::Unfinished, self.at, self.at);
        }
        let length = self.text[self.at..]
            .chars()
            .next()
            .map_or(1, char::len_utf8);
        self.error(JsonErrorKind::Expected(what), self.at, self.at + length)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Value<'t>, JsonError> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'"') => ValueKind::String(self.string()?),
            Some(b'{') => ValueKind::Object(self.nested(Self::members)?),
            Some(b'[') => ValueKind::Array(self.nested(Self::elements)?),
            Some(b'-' | b'0'..=b'9') => ValueKind::Number(self.number()?),
            Some(b't') => self.word("true", ValueKind::Bool(true))?,
            Some(b'f') => self.word("false", ValueKind::Bool(false))?,
            Some(b'n') => self.word("null", ValueKind::Null)?,
            _ => return Err(self.expected("a value")),
        };
        Ok(Value {
            kind,
            span: Span::new(start, self.at),
        })
    }

    fn word(&mut self, word: &str, kind: ValueKind<'t>) -> Result<ValueKind<'t>, JsonError> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.expected("a value"));
        }
        self.at += word.len();
        Ok(kind)
    }

    /// Steps over the opening bracket and reads the inside one level deeper.
    fn nested<T>(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<T, JsonError>,
    ) -> Result<T, JsonError> {
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

    fn elements(&mut self) -> Result<Vec<Value<'t>>, JsonError> {
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

    fn members(&mut self) -> Result<Vec<Member<'t>>, JsonError> {
        let mut members: Vec<Member<'t>> = Vec::with_capacity(4);
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
    fn another(&mut self, close: u8, wanted: &'static str) -> Result<bool, JsonError> {
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

    fn string(&mut self) -> Result<Cow<'t, str>, JsonError> {
        let open = self.at;
        let inside = open + 1;
        let mut at = inside;
        let mut escaped = false;
        loop {
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                Some(0..=0x1F) => return Err(self.error(JsonErrorKind::Control, at, at + 1)),
                Some(_) => at += 1,
                None => return Err(self.error(JsonErrorKind::Unfinished, open, self.bytes.len())),
            }
        }
        self.at = at + 1;
        let raw = &self.text[inside..at];
        if !escaped {
            return Ok(Cow::Borrowed(raw));
        }
        let misread = |(kind, offset)| self.error(kind, inside + offset, inside + offset + 1);
        unescape(raw).map(Cow::Owned).map_err(misread)
    }

    fn number(&mut self) -> Result<&'t str, JsonError> {
        let start = self.at;
        self.skip_if(|byte| byte == b'-');
        let mut valid = match self.peek() {
            Some(b'0') => {
                self.at += 1;
                true
            }
            _ => self.digits(),
        };
        if self.skip_if(|byte| byte == b'.') {
            valid &= self.digits();
        }
        if self.skip_if(|byte| matches!(byte, b'e' | b'E')) {
            self.skip_if(|byte| matches!(byte, b'+' | b'-'));
            valid &= self.digits();
        }
        if !valid {
            return Err(self.error(JsonErrorKind::Number, start, self.at));
        }
        Ok(&self.text[start..self.at])
    }

    fn skip_if(&mut self, wanted: impl Fn(u8) -> bool) -> bool {
        let found = self.peek().is_some_and(wanted);
        self.at += usize::from(found);
        found
    }

    /// Steps over digits; false if there are none.
    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.skip_if(|byte| byte.is_ascii_digit()) {}
        self.at > start
    }
}

/// The keys that an object has so far: none for small objects, which are compared pair by pair.
#[derive(Default)]
struct Keys(HashSet<Box<str>>);

impl Keys {
    /// Whether `key` is new beside `members`.
    fn admit(&mut self, members: &[Member<'_>], key: &str) -> bool {
        if members.len() < SMALL_OBJECT {
            return members.iter().all(|member| member.key != key);
        }
        if self.0.is_empty() {
            self.0
                .extend(members.iter().map(|member| Box::from(&*member.key)));
        }
        self.0.insert(key.into())
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
