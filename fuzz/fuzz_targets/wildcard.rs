//! Any pattern against any text, beside a matcher that fills a table.
#![no_main]

use framewright_fuzz::{allows, glob, quoted};
use iam::Context;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|texts: (&str, &str)| {
    let (pattern, text) = texts;
    let context = Context::new()
        .with("x:text", text)
        .with("x:pattern", pattern);
    let like = |pattern: &str| {
        let elements = format!(
            r#""Action": "*", "Resource": "*", "Condition": {{"StringLike": {{"x:text": {}}}}}"#,
            quoted(pattern)
        );
        allows(&elements, "*", &context)
    };
    if !pattern.contains("${")
        && let Some(matches) = like(pattern)
    {
        assert_eq!(matches, glob(pattern, text), "{pattern:?} against {text:?}");
    }
    // As the value of a variable the pattern's wildcards are plain characters.
    assert_eq!(like("${x:pattern}"), Some(text == pattern));
    let prefixed = format!("*{pattern}");
    let literal = Context::new()
        .with("x:text", prefixed.as_str())
        .with("x:pattern", pattern);
    let elements = r#""Action": "*", "Resource": "*", "Condition": {"StringLike": {"x:text": "?${x:pattern}"}}"#;
    assert_eq!(allows(elements, "*", &literal), Some(true));
});
