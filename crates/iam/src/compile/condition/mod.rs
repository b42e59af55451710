//! Conditions, compiled.

mod compared;
mod wanted;

use compared::Compared;
use wanted::Wanted;

use super::Notes;
use crate::condition::{Operator, Quantifier};
use crate::policy::{self, Version};
use crate::truth::Truth;
use crate::{Context, Values};

/// One operator with its key and values.
#[derive(Debug)]
pub(crate) struct Condition {
    operator: Operator,
    lower_key: Box<str>,
    wanted: Wanted,
}

impl Condition {
    pub(crate) fn of(condition: &policy::Condition, version: Version) -> Self {
        Self {
            operator: condition.operator,
            lower_key: condition.key.value.to_lowercase().into(),
            wanted: Wanted::of(condition, version),
        }
    }

    /// Whether the condition holds for `context`.
    // spec: iam/conditions#missing-key
    pub(crate) fn holds<'p>(&'p self, context: &Context, notes: &mut impl Notes<'p>) -> Truth {
        let found = context.get_lower(&self.lower_key);
        if let Wanted::Null(wanted) = &self.wanted {
            return Truth::any(
                wanted
                    .iter()
                    .map(|wanted| Truth::from(*wanted == Some(found.is_none()))),
            );
        }
        let Some(found) = found else {
            notes.missing(&self.lower_key);
            return Truth::from(self.holds_without_key());
        };
        let values = found.as_slice();
        let mut test = |value: &String| self.test(value, context, notes);
        match (self.operator.quantifier, found) {
            (Quantifier::Single, Values::One(value)) => test(value),
            // spec: iam/conditions#multivalued
            (Quantifier::Single, Values::Many(_)) => Truth::Unclear,
            (Quantifier::Any, _) => Truth::any(values.iter().map(test)),
            (Quantifier::All, _) => match Truth::all(values.iter().map(test)) {
                Truth::No if values.iter().all(String::is_empty) => Truth::Unclear,
                answer => answer,
            },
        }
    }

    fn holds_without_key(&self) -> bool {
        self.operator.if_exists
            || match self.operator.quantifier {
                Quantifier::Single => self.operator.negated,
                Quantifier::All => true,
                Quantifier::Any => false,
            }
    }

    /// Whether one value of the request satisfies the operator: equals any of the policy's values, or
    /// none of them under a negated one.
    // spec: iam/conditions#values
    fn test<'p>(&'p self, value: &str, context: &Context, notes: &mut impl Notes<'p>) -> Truth {
        let negated = self.operator.negated;
        let mut equal = Truth::No;
        self.wanted.compare(value, context, notes, |compared| {
            equal = equal.or(match compared {
                Compared::Holds => Truth::Yes,
                Compared::Fails => Truth::No,
                Compared::Unreadable if !negated => Truth::No,
                Compared::Unreadable | Compared::Unclear => Truth::Unclear,
            });
        });
        if negated { !equal } else { equal }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::Silent;
    use crate::policy::{Document, Kind};

    #[test]
    fn regression_a_variable_without_value_equals_nothing_even_where_the_request_holds_no_arn() {
        let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:SourceArn": "${aws:PrincipalArn}"}}}}"#;
        let document = Document::parse(text, Kind::Identity).unwrap();
        let condition = Condition::of(&document.statements()[0].conditions[0], document.version());
        let context = Context::new().with("aws:SourceArn", "no ARN");
        assert_eq!(condition.holds(&context, &mut Silent), Truth::Yes);
        let context = context.with("aws:PrincipalArn", "arn:aws:iam::111122223333:user/alice");
        assert_eq!(condition.holds(&context, &mut Silent), Truth::Unclear);
    }
}
