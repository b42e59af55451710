//! Which resources a statement is about.

use super::Notes;
use super::arn_pattern::Head;
use super::variables::Template;
use crate::policy::{Kind, ResourceElement, Version};
use crate::truth::Truth;
use crate::wildcard::Glob;
use crate::{Context, Resource};

/// `Resource` or `NotResource`, compiled.
#[derive(Debug)]
pub(crate) struct Resources {
    negated: bool,
    patterns: Box<[Pattern]>,
}

#[derive(Debug)]
enum Pattern {
    /// `*`
    Everything,
    /// Nothing that a request can name.
    Nothing,
    /// A variable stands where none may.
    Unresolvable,
    Arn {
        lower_head: Head,
        rest: Rest,
    },
}

#[derive(Debug)]
enum Rest {
    Glob(Glob),
    Template(Template),
}

/// How a pattern meets a resource.
enum Meeting {
    Covers,
    Misses,
    /// A variable of it has no value: it covers nothing, but what it would exclude is not known.
    Unresolved,
}

impl Resources {
    pub(crate) fn of(element: &ResourceElement, version: Version, kind: Kind) -> Self {
        let (patterns, negated) = element.patterns();
        let patterns = patterns
            .iter()
            .map(|pattern| Pattern::of(&pattern.value, version, kind))
            .collect();
        Self { negated, patterns }
    }

    /// Whether the element is about `resource`.
    // spec: iam/matching#not-resource
    pub(crate) fn cover<'p>(
        &'p self,
        resource: &Resource,
        context: &Context,
        notes: &mut impl Notes<'p>,
    ) -> Truth {
        let (mut covered, mut unresolved) = (false, false);
        for pattern in &self.patterns {
            match pattern.meet(resource, context, notes) {
                Meeting::Covers => covered = true,
                Meeting::Misses => {}
                Meeting::Unresolved => unresolved = true,
            }
        }
        match (self.negated, unresolved) {
            _ if covered => Truth::from(!self.negated),
            (false, _) => Truth::No,
            (true, false) => Truth::Yes,
            (true, true) => Truth::Unclear,
        }
    }
}

impl Pattern {
    // spec: iam/matching#resource
    fn of(text: &str, version: Version, kind: Kind) -> Self {
        if text == "*" {
            return Self::Everything;
        }
        let has_variables = version == Version::V2012 && text.contains("${");
        match Head::split_lower(text) {
            Some((lower_head, _)) if has_variables && lower_head.holds("${") => Self::Unresolvable,
            Some((lower_head, rest)) => {
                let template = if has_variables {
                    Template::parse(rest)
                } else {
                    None
                };
                let rest = template.map_or_else(|| Rest::Glob(Glob::parse(rest)), Rest::Template);
                Self::Arn { lower_head, rest }
            }
            None if has_variables => Self::Unresolvable,
            None if completes_short_arns(kind, text) => {
                let lower_head = Head::completed(&text.to_ascii_lowercase());
                Self::Arn {
                    lower_head,
                    rest: Rest::Glob(Glob::Anything),
                }
            }
            None => Self::Nothing,
        }
    }

    fn meet<'p>(
        &'p self,
        resource: &Resource,
        context: &Context,
        notes: &mut impl Notes<'p>,
    ) -> Meeting {
        let (lower_head, rest) = match self {
            Self::Everything => return Meeting::Covers,
            Self::Nothing => return Meeting::Misses,
            Self::Unresolvable => return Meeting::Unresolved,
            Self::Arn { lower_head, rest } => (lower_head, rest),
        };
        // Only `*` covers a request without a resource.
        let Some(([partition, service, region, account], arn)) = resource.lower_head() else {
            return Meeting::Misses;
        };
        if !lower_head.covers(["arn", partition, service, region, account]) {
            return Meeting::Misses;
        }
        let covers = match rest {
            Rest::Glob(glob) => glob.matches(arn.resource()),
            Rest::Template(template) => match template.tokens(context, notes) {
                Some(tokens) => Glob::of_tokens(tokens).matches(arn.resource()),
                None => return Meeting::Unresolved,
            },
        };
        if covers {
            Meeting::Covers
        } else {
            Meeting::Misses
        }
    }
}

/// Whether an ARN with fewer than six parts stands for one whose other parts are `*`.
// spec: iam/matching#short-arns
fn completes_short_arns(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Identity | Kind::Boundary | Kind::Session => true,
        Kind::Scp => text.ends_with('*'),
        Kind::Rcp | Kind::Resource | Kind::Trust | Kind::Vpce => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;
    use crate::compile::Silent;
    use crate::policy::Text;

    fn covers(pattern: &str, resource: &str, kind: Kind) -> bool {
        let text = Text {
            value: pattern.into(),
            span: Span::default(),
        };
        let element = ResourceElement::Resource(vec![text]);
        let resources = Resources::of(&element, Version::V2012, kind);
        let resource = resource.parse().unwrap();
        resources.cover(&resource, &Context::new(), &mut Silent) == Truth::Yes
    }

    #[test]
    fn each_part_counts() {
        let resource = "arn:aws:lambda:us-east-1:111122223333:function:f";
        assert!(covers(resource, resource, Kind::Identity));
        assert!(covers(
            "arn:AWS:Lambda:US-east-1:111122223333:function:f",
            resource,
            Kind::Identity
        ));
        for other in [
            "arn:aws-cn:lambda:us-east-1:111122223333:function:f",
            "arn:aws:lambd:us-east-1:111122223333:function:f",
            "arn:aws:lambda:us-east-2:111122223333:function:f",
            "arn:aws:lambda:us-east-1:111122223334:function:f",
            "arn:aws:lambda:us-east-1:111122223333:function:g",
            "arn:aws:lambda:us-east-1:111122223333:function:F",
            "arn:aws:lambda:us-east-1::function:f",
            "arn:aws:lambda:*:function:f",
            "arn:aws:lambda:us-east-1:111122223333:function:f:*",
        ] {
            assert!(!covers(other, resource, Kind::Identity), "{other}");
        }
    }

    #[test]
    fn short_arns_are_completed_where_documented() {
        for (pattern, kinds) in [
            (
                "arn:aws:s3",
                &[Kind::Identity, Kind::Boundary, Kind::Session][..],
            ),
            (
                "arn:aws:s3*",
                &[Kind::Identity, Kind::Boundary, Kind::Session, Kind::Scp],
            ),
        ] {
            for kind in Kind::ALL {
                assert_eq!(
                    covers(pattern, "arn:aws:s3:::b/k", kind),
                    kinds.contains(&kind),
                    "{pattern} {kind}"
                );
            }
        }
    }

    #[test]
    fn only_everything_covers_no_resource() {
        assert!(covers("*", "*", Kind::Identity));
        assert!(!covers("arn:*:*:*:*:*", "*", Kind::Identity));
        assert!(covers("arn:*:*:*:*:*", "arn:aws:s3:::", Kind::Identity));
    }
}
