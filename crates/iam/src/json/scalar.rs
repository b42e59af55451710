//! Strings, numbers and words.

use std::borrow::Cow;

use super::reader::{Read, Reader};
use super::string::{plain_length, unescape};
use super::{JsonErrorKind, ValueKind};

impl<'t> Reader<'t> {
    pub(super) fn string(&mut self) -> Read<Cow<'t, str>> {
        let open = self.at;
        let inside = open + 1;
        let mut at = inside;
        let mut escaped = false;
        loop {
            at += plain_length(self.bytes.get(at..).unwrap_or_default());
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

    pub(super) fn number(&mut self) -> Read<&'t str> {
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

    pub(super) fn word(&mut self, word: &str, kind: ValueKind<'t>) -> Read<ValueKind<'t>> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.expected("a value"));
        }
        self.at += word.len();
        Ok(kind)
    }
}
