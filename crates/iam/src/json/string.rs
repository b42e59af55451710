//! JSON strings: resolving and writing escapes.

use super::JsonErrorKind;

/// How many bytes stand before the first quote, backslash or control character.
///
/// Looks at eight bytes at a time, since strings are most of a policy.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The lowest bit that is set belongs to the first byte below `limit`.
    let below = |word: u64, limit: u64| word.wrapping_sub(EACH * limit) & !word & HIGH;
    let equal = |word: u64, byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let special = equal(word, b'"') | equal(word, b'\\') | below(word, 0x20);
        if special != 0 {
            return index * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1F);
    words.len() * 8 + rest.iter().position(is_special).unwrap_or(rest.len())
}

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

#[cfg(test)]
mod tests {
    use super::plain_length;

    #[test]
    fn finds_the_first_special_byte_wherever_it_stands() {
        let plain = "aé~ \u{7f}\u{20ac}#![]0123456789";
        assert_eq!(plain_length(plain.as_bytes()), plain.len());
        for special in [b'"', b'\\', 0, 0x1F, b'\n'] {
            for at in 0..24 {
                let mut bytes = vec![0xFF; 24];
                bytes[at] = special;
                assert_eq!(plain_length(&bytes), at, "{special}");
                bytes[at..].fill(special);
                assert_eq!(plain_length(&bytes), at, "{special}");
            }
        }
    }
}
