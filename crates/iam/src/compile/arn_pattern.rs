//! ARN patterns, compared part by part.

use crate::Arn;
use crate::wildcard::{Glob, Token};

/// A pattern for each of the six parts of an ARN. Wildcards do not cross the first five colons.
// spec: iam/matching#arn-parts
#[derive(Debug)]
pub(crate) struct ArnPattern {
    head: Head,
    resource: Glob,
}

/// The patterns of `arn`, partition, service, region and account, in one text.
#[derive(Debug)]
pub(crate) struct Head {
    text: Box<str>,
    parts: [Part; 5],
}

#[derive(Debug, Clone, Copy)]
struct Part {
    start: u32,
    end: u32,
    kind: PartKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartKind {
    Anything,
    Literal,
    Pattern,
}

impl Head {
    /// Splits `text` after its fifth colon: the patterns before, and what follows. `None` for fewer colons.
    pub(crate) fn split(text: &str) -> Option<(Self, &str)> {
        let (fifth, _) = text.match_indices(':').nth(4)?;
        Some((Self::of(&text[..fifth]), &text[fifth + 1..]))
    }

    /// [`Head::split`] with the patterns in lower case.
    pub(crate) fn split_lower(text: &str) -> Option<(Self, &str)> {
        let (fifth, _) = text.match_indices(':').nth(4)?;
        Some((
            Self::of(&text[..fifth].to_ascii_lowercase()),
            &text[fifth + 1..],
        ))
    }

    /// Whether `text` stands somewhere in the patterns.
    pub(crate) fn holds(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// The patterns of at most five parts; those that are lacking are `*`.
    pub(crate) fn completed(text: &str) -> Self {
        Self::of(text)
    }

    fn of(text: &str) -> Self {
        let mut start = 0;
        let parts = std::array::from_fn(|_| {
            let Some(rest) = text.get(start..) else {
                return Part {
                    start: 0,
                    end: 0,
                    kind: PartKind::Anything,
                };
            };
            let end = rest.find(':').map_or(text.len(), |colon| start + colon);
            let kind = match &text[start..end] {
                "*" => PartKind::Anything,
                part if part.contains(['*', '?']) => PartKind::Pattern,
                _ => PartKind::Literal,
            };
            let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
            let part = Part {
                start: clamp(start),
                end: clamp(end),
                kind,
            };
            start = end + 1;
            part
        });
        Self {
            text: text.into(),
            parts,
        }
    }

    /// Whether each part covers the one at its place.
    pub(crate) fn covers(&self, parts: [&str; 5]) -> bool {
        self.parts.iter().zip(parts).all(|(part, found)| {
            let pattern = &self.text[part.start as usize..part.end as usize];
            match part.kind {
                PartKind::Anything => true,
                PartKind::Literal => pattern == found,
                PartKind::Pattern => Glob::parse(pattern).matches(found),
            }
        })
    }
}

impl ArnPattern {
    /// Reads a pattern of six parts, case-sensitive throughout.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (head, resource) = Head::split(text)?;
        Some(Self {
            head,
            resource: Glob::parse(resource),
        })
    }

    pub(crate) fn covers(&self, arn: &Arn) -> bool {
        let head = [
            "arn",
            arn.partition(),
            arn.service(),
            arn.region(),
            arn.account(),
        ];
        self.head.covers(head) && self.resource.matches(arn.resource())
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
