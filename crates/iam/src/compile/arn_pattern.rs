//! ARN patterns, compared part by part.

use crate::Arn;
use crate::wildcard::{Glob, Shape, Token};

/// Where the patterns of `arn`, partition, service, region and account stand in a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    // INVARIANT: ascending offsets into the text that it was made of; a part that is lacking is empty and `Anything`.
    ends: [u32; 5],
    kinds: [PartKind; 5],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartKind {
    Anything,
    Literal,
    Pattern,
}

/// Whether upper and lower case differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LetterCase {
    Counts,
    /// What a pattern is compared with is in lower case.
    Ignored,
}

impl Head {
    /// Splits `text` after its fifth colon: the patterns before, and what follows. `None` for fewer colons.
    pub(crate) fn split(text: &str) -> Option<(Self, &str)> {
        let head = Self::completed(text);
        let fifth = head.ends[4] as usize;
        text.get(fifth + 1..).map(|rest| (head, rest))
    }

    /// The patterns of at most five parts; those that are lacking are `*`.
    pub(crate) fn completed(text: &str) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let mut head = Self {
            ends: [offset(text.len()); 5],
            kinds: [PartKind::Anything; 5],
        };
        let mut start = 0;
        for (end, kind) in head.ends.iter_mut().zip(&mut head.kinds) {
            let Some(rest) = text.as_bytes().get(start..) else {
                break;
            };
            let length = rest
                .iter()
                .position(|byte| *byte == b':')
                .unwrap_or(rest.len());
            *end = offset(start + length);
            *kind = PartKind::of(&rest[..length]);
            start += length + 1;
        }
        head
    }

    /// The patterns, in the text that this was made of.
    pub(crate) fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(..self.ends[4] as usize).unwrap_or(text)
    }

    /// What follows them.
    pub(crate) fn rest<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.ends[4] as usize + 1..).unwrap_or_default()
    }

    fn part<'t>(&self, text: &'t str, index: usize) -> &'t str {
        let start = index
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize + 1);
        text.get(start..self.ends[index] as usize)
            .unwrap_or_default()
    }

    /// Whether each pattern of `text`, that this was made of, covers the part at its place.
    pub(crate) fn covers(&self, text: &str, parts: [&str; 5], case: LetterCase) -> bool {
        (0..5).all(|index| {
            let (pattern, found) = (self.part(text, index), parts[index]);
            match (self.kinds[index], case) {
                (PartKind::Anything, _) => true,
                (PartKind::Literal, LetterCase::Counts) => pattern == found,
                // Almost all are written in lower case, and the same bytes are quickly compared.
                (PartKind::Literal, LetterCase::Ignored) => {
                    pattern == found || pattern.eq_ignore_ascii_case(found)
                }
                (PartKind::Pattern, LetterCase::Counts) => Glob::parse(pattern).matches(found),
                (PartKind::Pattern, LetterCase::Ignored) => {
                    Glob::parse(&pattern.to_ascii_lowercase()).matches(found)
                }
            }
        })
    }
}

impl PartKind {
    fn of(part: &[u8]) -> Self {
        match part {
            b"*" => Self::Anything,
            _ if part.iter().any(|byte| matches!(byte, b'*' | b'?')) => Self::Pattern,
            _ => Self::Literal,
        }
    }
}

/// A pattern for each of the six parts of an ARN. Wildcards do not cross the first five colons.
// spec: iam/matching#arn-parts
#[derive(Debug)]
pub(crate) struct ArnPattern {
    text: Box<str>,
    head: Head,
    resource: Shape,
}

impl ArnPattern {
    /// Reads a pattern of six parts, case-sensitive throughout.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (head, resource) = Head::split(text)?;
        Some(Self {
            head,
            resource: Shape::of(resource),
            text: text.into(),
        })
    }

    pub(crate) fn covers(&self, arn: &Arn) -> bool {
        let found = [
            "arn",
            arn.partition(),
            arn.service(),
            arn.region(),
            arn.account(),
        ];
        self.head.covers(&self.text, found, LetterCase::Counts)
            && self
                .resource
                .matches(self.head.rest(&self.text), arn.resource())
    }
}

/// Whether a pattern of six parts, given as tokens, covers `arn`; `None` if it has fewer parts.
pub(crate) fn tokens_cover(tokens: &[Token], arn: &Arn) -> Option<bool> {
    let parts: Vec<&[Token]> = tokens
        .splitn(6, |token| *token == Token::Literal(':'))
        .collect();
    let wanted: [&[Token]; 6] = parts.try_into().ok()?;
    let found = [
        "arn",
        arn.partition(),
        arn.service(),
        arn.region(),
        arn.account(),
        arn.resource(),
    ];
    let covers =
        |(wanted, found): (&[Token], &str)| Glob::of_tokens(wanted.iter().copied()).matches(found);
    Some(wanted.into_iter().zip(found).all(covers))
}
