//! Which resources a statement is about.

use super::Notes;
use super::arn_pattern::{Head, LetterCase};
use super::variables::{Template, may_hold_variables};
use crate::policy::{Kind, ResourceElement, Version};
use crate::truth::Truth;
use crate::wildcard::{Glob, Shape};
use crate::{Context, Resource};

/// `Resource` or `NotResource`, compiled.
#[derive(Debug)]
pub(crate) struct Resources {
    // INVARIANT: one per pattern of the element, in its order.
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
    Arn(Head, Rest),
}

/// What follows the head.
#[derive(Debug)]
enum Rest {
    Shape(Shape),
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
        let (patterns, _) = element.patterns();
        let compiled = patterns
            .iter()
            .map(|pattern| Pattern::of(&pattern.value, version, kind));
        Self {
            patterns: compiled.collect(),
        }
    }

    /// What follows the head of each ARN of `element`, from which this was compiled, if it names nothing but ARNs without
    /// wildcards and variables. No other resource meets it then.
    pub(super) fn named<'t>(
        &self,
        element: &'t ResourceElement,
    ) -> Option<impl Iterator<Item = &'t str>> {
        let (texts, negated) = element.patterns();
        let is_named = |pattern: &Pattern| {
            matches!(
                pattern,
                Pattern::Arn(_, Rest::Shape(Shape::Literal)) | Pattern::Nothing
            )
        };
        let all_named = !negated && self.patterns.iter().all(is_named);
        all_named.then(|| {
            texts
                .iter()
                .filter_map(|text| Head::split(&text.value).map(|(_, rest)| rest))
        })
    }

    /// Whether `element`, from which this was compiled, is about `resource`.
    // spec: iam/matching#not-resource
    pub(crate) fn cover<'p>(
        &'p self,
        element: &ResourceElement,
        resource: &Resource,
        context: &Context,
        notes: &mut impl Notes<'p>,
    ) -> Truth {
        let (texts, negated) = element.patterns();
        let (mut covered, mut unresolved) = (false, false);
        for (pattern, text) in self.patterns.iter().zip(texts) {
            match pattern.meet(&text.value, resource, context, notes) {
                Meeting::Covers => covered = true,
                Meeting::Misses => {}
                Meeting::Unresolved => unresolved = true,
            }
        }
        match (negated, unresolved) {
            _ if covered => Truth::from(!negated),
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
        let has_variables = version == Version::V2012 && may_hold_variables(text);
        match Head::split(text) {
            Some((head, _)) if has_variables && may_hold_variables(head.text(text)) => {
                Self::Unresolvable
            }
            Some((head, rest)) => {
                let template = if has_variables {
                    Template::parse(rest)
                } else {
                    None
                };
                let rest = template.map_or_else(|| Rest::Shape(Shape::of(rest)), Rest::Template);
                Self::Arn(head, rest)
            }
            None if has_variables => Self::Unresolvable,
            None if completes_short_arns(kind, text) => {
                Self::Arn(Head::completed(text), Rest::Shape(Shape::Anything))
            }
            None => Self::Nothing,
        }
    }

    fn meet<'p>(
        &'p self,
        text: &str,
        resource: &Resource,
        context: &Context,
        notes: &mut impl Notes<'p>,
    ) -> Meeting {
        let (head, rest) = match self {
            Self::Everything => return Meeting::Covers,
            Self::Nothing => return Meeting::Misses,
            Self::Unresolvable => return Meeting::Unresolved,
            Self::Arn(head, rest) => (head, rest),
        };
        // Only `*` covers a request without a resource.
        let Some(([partition, service, region, account], arn)) = resource.lower_head() else {
            return Meeting::Misses;
        };
        let found = ["arn", partition, service, region, account];
        if !head.covers(text, found, LetterCase::Ignored) {
            return Meeting::Misses;
        }
        let covers = match rest {
            Rest::Shape(shape) => shape.matches(head.rest(text), arn.resource()),
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
        resources.cover(&element, &resource, &Context::new(), &mut Silent) == Truth::Yes
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
