//! Which condition keys a policy asks for.

use std::collections::BTreeSet;

use super::Policy;
use super::variables::variable_keys;
use crate::policy::Version;

impl Policy {
    /// The condition keys that its conditions name and its variables are replaced by, as they are written, each once
    /// in each spelling.
    pub fn context_keys(&self) -> BTreeSet<&str> {
        let document = self.document();
        let has_variables = document.version() == Version::V2012;
        let mut keys = BTreeSet::new();
        for statement in document.statements() {
            keys.extend(
                statement
                    .conditions
                    .iter()
                    .map(|condition| &*condition.key.value),
            );
            if has_variables {
                let texts = statement.texts_with_variables();
                keys.extend(texts.flat_map(|text| variable_keys(&text.value)));
            }
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use crate::Policy;
    use crate::policy::Kind;

    fn check(version: &str, expected: &[&str]) {
        let text = format!(
            r#"{{"Version":"{version}","Statement":[{{
                "Effect":"Allow","Action":"s3:GetObject",
                "Resource":"arn:aws:s3:::b/${{aws:username}}/${{*}}/${{aws:PrincipalTag/team, 'none'}}",
                "Condition":{{"StringLike":{{"s3:prefix":["${{aws:userid}}/*","plain"]}},"Null":{{"aws:TokenIssueTime":"false"}}}}
            }}]}}"#
        );
        let policy = Policy::parse("p", &text, Kind::Identity).unwrap();
        let keys: Vec<&str> = policy.context_keys().into_iter().collect();
        assert_eq!(keys, expected);
    }

    #[test]
    fn conditions_and_variables_ask_for_keys() {
        check(
            "2012-10-17",
            &[
                "aws:PrincipalTag/team",
                "aws:TokenIssueTime",
                "aws:userid",
                "aws:username",
                "s3:prefix",
            ],
        );
        check("2008-10-17", &["aws:TokenIssueTime", "s3:prefix"]);
    }
}
