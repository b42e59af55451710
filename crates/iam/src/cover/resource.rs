//! Patterns of resources.

use super::Pattern;
use crate::Arn;
use crate::policy::{Kind, Version};

/// A pattern of resources, compared part by part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ResourcePattern {
    /// `*`: also requests that name no resource.
    Everything,
    /// Six parts: `arn`, partition, service, region, account, resource.
    Arn(Box<[Pattern; 6]>),
    /// Nothing that a request can name.
    Nothing,
}

/// The parts of an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArnPart {
    Partition,
    Service,
    Region,
    Account,
    Resource,
}

impl ArnPart {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Partition => "partition",
            Self::Service => "service",
            Self::Region => "region",
            Self::Account => "account",
            Self::Resource => "resource",
        }
    }
}

impl ResourcePattern {
    /// Reads a pattern as evaluation reads it.
    pub(crate) fn parse(text: &str, version: Version, kind: Kind) -> Self {
        if text == "*" {
            return Self::Everything;
        }
        let variables = version == Version::V2012;
        let mut parts = text.splitn(6, ':');
        let mut next = |lower: bool| match parts.next() {
            Some(part) if lower => Some(Pattern::parse(&part.to_ascii_lowercase(), false)),
            Some(part) => Some(Pattern::parse(part, variables)),
            None => None,
        };
        let read = [
            next(true),
            next(true),
            next(true),
            next(true),
            next(true),
            next(false),
        ];
        let is_short = read.iter().any(Option::is_none);
        let completes = match kind {
            Kind::Identity | Kind::Boundary | Kind::Session => true,
            Kind::Scp => text.ends_with('*'),
            Kind::Rcp | Kind::Resource | Kind::Trust | Kind::Vpce => false,
        };
        if is_short && !completes {
            return Self::Nothing;
        }
        let anything = || Pattern::parse("*", false);
        Self::Arn(Box::new(read.map(|part| part.unwrap_or_else(anything))))
    }

    /// The pattern that covers this ARN alone.
    pub(crate) fn exactly(arn: &str) -> Self {
        let mut parts = arn.splitn(6, ':');
        let mut next = |lower: bool| {
            let part = parts.next().unwrap_or_default();
            Pattern::literal(&if lower {
                part.to_ascii_lowercase()
            } else {
                part.to_owned()
            })
        };
        Self::Arn(Box::new([
            next(true),
            next(true),
            next(true),
            next(true),
            next(true),
            next(false),
        ]))
    }

    /// Reads the form of a resource type, without `arn:PARTITION:`.
    pub(crate) fn of_type(form: &str) -> Self {
        let mut parts = form.splitn(4, ':').map(Pattern::of_form);
        let mut next = || parts.next().unwrap_or_else(|| Pattern::literal(""));
        Self::Arn(Box::new([
            Pattern::literal("arn"),
            Pattern::parse("*", false),
            next(),
            next(),
            next(),
            next(),
        ]))
    }

    pub(crate) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everything, _) | (_, Self::Nothing) => true,
            (Self::Arn(ours), Self::Arn(theirs)) => ours
                .iter()
                .zip(theirs.iter())
                .all(|(ours, theirs)| ours.covers(theirs)),
            (Self::Nothing, _) | (Self::Arn(_), Self::Everything) => false,
        }
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => false,
            (Self::Everything, _) | (_, Self::Everything) => true,
            (Self::Arn(ours), Self::Arn(theirs)) => ours
                .iter()
                .zip(theirs.iter())
                .all(|(ours, theirs)| ours.overlaps(theirs)),
        }
    }

    /// The first part in which `arn` is not covered; `None` if it is.
    pub(crate) fn differs_in(&self, arn: &Arn) -> Option<ArnPart> {
        let (Self::Arn(ours), Self::Arn(theirs)) = (self, Self::exactly(arn.as_str())) else {
            return None;
        };
        let order = [
            ArnPart::Partition,
            ArnPart::Service,
            ArnPart::Region,
            ArnPart::Account,
            ArnPart::Resource,
        ];
        let parts = ours[1..].iter().zip(&theirs[1..]).zip(order);
        parts
            .into_iter()
            .find(|((ours, theirs), _)| !ours.overlaps(theirs))
            .map(|(_, part)| part)
    }

    /// A resource that the pattern covers, where it covers any: gaps are filled with `filler`, empty regions and
    /// accounts with what AWS's own examples use.
    pub(crate) fn sample(&self, filler: &str) -> Option<String> {
        match self {
            Self::Everything => Some("*".to_owned()),
            Self::Nothing => None,
            Self::Arn(parts) => {
                let [_, partition, service, region, account, resource] = &**parts;
                let some = |pattern: &Pattern, usual: &str| {
                    if pattern.is_anything() {
                        usual.to_owned()
                    } else {
                        pattern.sample(filler)
                    }
                };
                let service = some(service, "s3");
                let (usual_region, usual_account) = match &*service {
                    "s3" => ("", ""),
                    "iam" | "sts" => ("", SAMPLE_ACCOUNT),
                    _ => ("us-east-1", SAMPLE_ACCOUNT),
                };
                Some(format!(
                    "arn:{}:{service}:{}:{}:{}",
                    some(partition, "aws"),
                    some(region, usual_region),
                    some(account, usual_account),
                    resource.sample(filler)
                ))
            }
        }
    }
}

/// The pattern that covers a recorded resource alone: its wildcards and variables stand for themselves.
pub(crate) fn literally(resource: &str) -> String {
    let resource_start = resource
        .match_indices(':')
        .nth(4)
        .map_or(0, |(at, _)| at + 1);
    if resource == "*" || resource_start == 0 {
        return resource.to_owned();
    }
    let (head, rest) = resource.split_at(resource_start);
    let mut out = head.to_owned();
    let mut letters = rest.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '*' => out.push_str("${*}"),
            '?' => out.push_str("${?}"),
            '$' if letters.peek() == Some(&'{') => out.push_str("${$}"),
            letter => out.push(letter),
        }
    }
    out
}

/// The account of AWS's own examples.
pub(crate) const SAMPLE_ACCOUNT: &str = "111122223333";

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> ResourcePattern {
        ResourcePattern::parse(text, Version::V2012, Kind::Identity)
    }

    #[test]
    fn parts_are_compared_each() {
        assert!(pattern("arn:aws:s3:::b*").covers(&pattern("arn:AWS:s3:::b/*")));
        assert!(!pattern("arn:aws:s3:::b/*").covers(&pattern("arn:aws:s3:::b*")));
        assert!(pattern("arn:aws:sqs").covers(&pattern("arn:aws:sqs:us-east-1:1:q")));
        assert!(pattern("*").covers(&pattern("arn:aws:s3:::b")));
        assert!(!pattern("arn:*:*:*:*:*").covers(&pattern("*")));
        assert!(
            !pattern("arn:aws:lambda:*:1:function:f").overlaps(&pattern("arn:aws:lambda:*:2:*"))
        );
    }

    #[test]
    fn the_part_that_differs_is_named() {
        let arn = Arn::parse("arn:aws:lambda:us-east-1:111122223333:function:f").unwrap();
        let part = |text| pattern(text).differs_in(&arn).map(ArnPart::as_str);
        assert_eq!(part("arn:aws:lambda:*:*:function:*"), None);
        assert_eq!(
            part("arn:aws:lambda:us-west-2:*:function:*"),
            Some("region")
        );
        assert_eq!(part("arn:aws:lambda:*:*:function:g"), Some("resource"));
    }

    #[test]
    fn samples_are_of_their_pattern() {
        for text in [
            "arn:aws:lambda:*:*:function:remotion-*",
            "arn:aws:s3:::b/*",
            "arn:aws:iam::*:role/r?",
        ] {
            let sample = pattern(text).sample("some").unwrap();
            assert!(
                pattern(text).covers(&ResourcePattern::exactly(&sample)),
                "{text} {sample}"
            );
        }
    }
}
