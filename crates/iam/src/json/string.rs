//! JSON strings: resolving and writing escapes.

use super::JsonErrorKind;

/// Resolves the escapes of what stands between two quotes.
///
/// On an error also says how far into `raw` it is.
pub(super) fn unescape(raw: &str) -> Result<String, (JsonErrorKind, usize)> {
    let mut out = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(offset) = memchr::memchr(b'\\', &raw.as_bytes()[at..]) {
        out.push_str(&raw[at..at + offset]);
        at += offset;
        let (character, length) = escape(&raw[at..]).ok_or((JsonErrorKind::Escape, at))?;
        out.push(character);
        at += length;
    }
    out.push_str(&raw[at..]);
    Ok(out)
}

/// The character of the escape that `text` starts with, and the escape's length.
fn escape(text: &str) -> Option<(char, usize)> {
    let character = match text.as_bytes().get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode_escape(text),
        _ => return None,
    };
    Some((character, 2))
}

fn unicode_escape(text: &str) -> Option<(char, usize)> {
    let first = hex4(text.get(2..6)?)?;
    if !(0xD800..0xDC00).contains(&first) {
        // A lone low surrogate is no character.
        return char::from_u32(first).map(|character| (character, 6));
    }
    let low = text.get(6..12)?.strip_prefix("\\u")?;
    let second = hex4(low)?.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    char::from_u32(0x10000 + ((first - 0xD800) << 10) + second).map(|character| (character, 12))
}

fn hex4(text: &str) -> Option<u32> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    all_digits
        .then(|| u32::from_str_radix(text, 16).ok())
        .flatten()
}

/// Appends `text` as a JSON string, quotes included.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}
