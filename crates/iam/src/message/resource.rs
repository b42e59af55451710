//! The resource that a denial names.

use std::borrow::Cow;

use super::parse::{split_word, trim_end};
use super::{NamedResource, listing, reason};
use crate::Arn;

/// What follows `on resource:`, read, and where in it the rest begins, which may be the reason.
pub(super) fn read(text: &str) -> (Option<NamedResource>, usize) {
    let start = text.len() - text.trim_start().len();
    let named = &text[start..];
    if named.trim_start_matches('\\').starts_with('"') {
        return match quoted(named) {
            Some((inside, end)) => (Some(of_name(&inside)), start + end),
            // The text was cut off inside the name.
            None => (None, text.len()),
        };
    }
    let reason = reason::start(named);
    let (resource, end) = unquoted(&named[..reason.unwrap_or(named.len())]);
    (Some(resource), start + reason.unwrap_or(end))
}

/// The name in quotation marks that `text` begins with, and where what follows the marks begins.
///
/// Inside a string of another text the marks are escaped. Names of objects hold anything, quotation marks too: the
/// name ends where a reason follows, or at the next mark if none does.
fn quoted(text: &str) -> Option<(Cow<'_, str>, usize)> {
    let inside = text.trim_start_matches('\\').strip_prefix('"')?;
    let from = text.len() - inside.len();
    let mark = &text[..from];
    let ends: Vec<usize> = inside.match_indices(mark).map(|(at, _)| at).collect();
    let is_own = |at: &&usize| !mark.starts_with('\\') || !inside[..**at].ends_with('\\');
    let is_last = |at: &&usize| reason::read(&inside[**at + mark.len()..]).is_some();
    let end = ends
        .iter()
        .filter(is_own)
        .find(is_last)
        .or_else(|| ends.iter().find(is_own))?;
    let name = &inside[..*end];
    let name = if mark.starts_with('\\') {
        unescaped(name)
    } else {
        Cow::Borrowed(name)
    };
    Some((name, from + end + mark.len()))
}

/// `text` as it was before it became part of a string: without the backslashes that escape.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('\\' | '"' | '\'')) => out.extend(letters.next()),
            _ => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// The resource that `text` begins with, and where it ends.
fn unquoted(text: &str) -> (NamedResource, usize) {
    let (first, rest) = split_word(text);
    let rest = rest.trim_start();
    let second = trim_end(split_word(rest).0);
    let both = text.len() - rest.len() + second.len();
    match first {
        "policy" if second.starts_with("arn:") => (of_name(second), both),
        "role" | "user" | "group" | "instance-profile" if !second.is_empty() => {
            let named = NamedResource::KindAndName(first.to_owned(), second.to_owned());
            (named, both)
        }
        word => {
            if let Some((listed, end)) = listing::read(text) {
                return (listed, end);
            }
            let word = trim_end(word);
            let named = match word {
                "*" => NamedResource::Unnamed,
                word => of_name(word),
            };
            (named, word.len())
        }
    }
}

fn of_name(name: &str) -> NamedResource {
    match Arn::parse(name) {
        Ok(arn) if is_possible(&arn) => NamedResource::Arn(arn),
        _ => NamedResource::Other(name.to_owned()),
    }
}

/// Whether something can have this ARN: objects of S3 alone have names in which anything may stand.
fn is_possible(arn: &Arn) -> bool {
    let foreign = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\\');
    let end = match arn.resource().find('/') {
        Some(at) if arn.service().starts_with("s3") => {
            arn.as_str().len() - arn.resource().len() + at
        }
        _ => arn.as_str().len(),
    };
    !arn.as_str()[..end].contains(foreign)
}
