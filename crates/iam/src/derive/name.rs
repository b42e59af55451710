//! Patterns of names that someone declared.

use std::str::FromStr;

use crate::Arn;
use crate::wildcard::Glob;

/// A pattern that names may be replaced by.
///
/// One without `/` and `:` is held against each part of a resource's name between those; one with them against the
/// whole name after the word for the type; one that starts with `arn:` against the whole ARN.
#[derive(Debug, Clone)]
pub struct NamePattern {
    written: Box<str>,
    glob: Glob,
}

/// The text is no pattern of names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` covers every name: a pattern needs some text of its own")]
pub struct NamePatternError(String);

impl FromStr for NamePattern {
    type Err = NamePatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.chars().all(|letter| "*?/:".contains(letter)) {
            return Err(NamePatternError(text.to_owned()));
        }
        Ok(Self {
            written: text.into(),
            glob: Glob::parse(text),
        })
    }
}

impl NamePattern {
    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The ARN with what the pattern covers replaced by it; `None` if it covers nothing of it.
    pub(super) fn replace(&self, arn: &Arn) -> Option<String> {
        if self.written.starts_with("arn:") {
            return self
                .glob
                .matches(arn.as_str())
                .then(|| self.written.to_string());
        }
        let resource = arn.resource();
        let head = &arn.as_str()[..arn.as_str().len() - resource.len()];
        let (kind, name) = split_type(arn.service(), resource);
        if self.written.contains(['/', ':']) {
            return self
                .glob
                .matches(name)
                .then(|| format!("{head}{kind}{}", self.written));
        }
        let mut replaced = false;
        let mut out = format!("{head}{kind}");
        for part in name.split_inclusive(['/', ':']) {
            let (text, end) = match part.strip_suffix(['/', ':']) {
                Some(text) => (text, &part[text.len()..]),
                None => (part, ""),
            };
            if self.glob.matches(text) {
                replaced = true;
                out.push_str(&self.written);
            } else {
                out.push_str(text);
            }
            out.push_str(end);
        }
        replaced.then_some(out)
    }
}

/// The word for the type with what follows it, and the name.
fn split_type<'r>(service: &str, resource: &'r str) -> (&'r str, &'r str) {
    if matches!(service, "s3" | "sqs" | "sns") {
        return ("", resource);
    }
    match resource.find([':', '/']) {
        Some(at) => resource.split_at(at + 1),
        None => ("", resource),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_where_declared() {
        for (pattern, arn, expected) in [
            (
                "remotion-render-*",
                "arn:aws:lambda:r:1:function:remotion-render-a",
                Some("arn:aws:lambda:r:1:function:remotion-render-*"),
            ),
            (
                "remotion-render-*",
                "arn:aws:lambda:r:1:function:remotion-render-a:7",
                Some("arn:aws:lambda:r:1:function:remotion-render-*:7"),
            ),
            (
                "remotion-render-*",
                "arn:aws:lambda:r:1:function:other",
                None,
            ),
            ("function", "arn:aws:lambda:r:1:function:other", None),
            (
                "remotionlambda-*",
                "arn:aws:s3:::remotionlambda-x/renders/a",
                Some("arn:aws:s3:::remotionlambda-*/renders/a"),
            ),
            (
                "remotionlambda-*/renders/*",
                "arn:aws:s3:::remotionlambda-x/renders/a/b",
                Some("arn:aws:s3:::remotionlambda-*/renders/*"),
            ),
            (
                "remotionlambda-*/renders/*",
                "arn:aws:s3:::remotionlambda-x",
                None,
            ),
            (
                "arn:aws:s3:::b/*",
                "arn:aws:s3:::b/k",
                Some("arn:aws:s3:::b/*"),
            ),
        ] {
            let pattern: NamePattern = pattern.parse().unwrap();
            assert_eq!(
                pattern.replace(&Arn::parse(arn).unwrap()).as_deref(),
                expected,
                "{arn}"
            );
        }
        assert!("*".parse::<NamePattern>().is_err() && "*/*".parse::<NamePattern>().is_err());
    }
}
