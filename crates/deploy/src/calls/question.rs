//! A row as a question to a policy engine: would this call be allowed?

use super::{Call, Scope};

/// One decision that a call needs, with names in place of patterns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The action.
    pub action: &'static str,
    /// The ARN of a resource that the call's pattern covers, or `*`.
    pub resource: String,
    /// Condition keys of the request and their values.
    pub context: Vec<(String, String)>,
}

impl Call {
    /// The decisions that the call needs in `scope`: one for each pattern of its resource.
    ///
    /// What a pattern leaves open is filled in, `user` being the name of the IAM user who asks.
    #[must_use]
    pub fn questions(&self, scope: &Scope, user: &str) -> Vec<Question> {
        let context: Vec<_> = self
            .conditions
            .iter()
            .filter_map(|condition| {
                let written = condition.written(scope);
                Some((written.key, written.values.into_iter().next()?))
            })
            .collect();
        let named = |arn: String| {
            if arn == "*" {
                return arn;
            }
            arn.replace("${aws:username}", user)
                // The account of Lambda Insights in most regions.
                .replace(":*:", ":580247275435:")
                .replace('*', "sample")
        };
        let patterns = self.resource.arns(scope).into_iter();
        patterns
            .map(|pattern| Question {
                action: self.action,
                resource: named(pattern),
                context: context.clone(),
            })
            .collect()
    }
}
