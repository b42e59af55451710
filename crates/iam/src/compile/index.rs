//! The index by which a policy finds the statements that can be about a request.

use super::action::{ActionIndex, equal_range};
use super::statement::CompiledStatement;
use crate::action::hash;
use crate::policy::Statement;
use crate::{Action, Resource};

/// From how many statements on it pays to find those that name single resources by these.
const MANY: usize = 64;

/// Finds the statements that can be about a request, without looking at those that cannot: by the resource where they
/// name single ones and there are many statements, by the action otherwise.
#[derive(Debug)]
pub(super) struct Index {
    by_action: ActionIndex,
    // Statements that are not in `by_action`, with the hash of each resource that they name, without the head of its ARN.
    // Ascending, none twice.
    by_resource: Vec<(u64, u32)>,
}

impl Index {
    /// The index of `statements`, from which `compiled` was made.
    pub(super) fn of(statements: &[Statement], compiled: &[CompiledStatement]) -> Self {
        let all = (0..).zip(statements);
        if statements.len() < MANY {
            return Self {
                by_action: ActionIndex::of(all),
                by_resource: Vec::new(),
            };
        }
        let mut by_resource = Vec::new();
        let mut rest = Vec::new();
        for ((index, statement), compiled) in all.zip(compiled) {
            match compiled.named(statement) {
                Some(names) => by_resource.extend(names.map(|name| (hash(name), index))),
                None => rest.push((index, statement)),
            }
        }
        by_resource.sort_unstable();
        by_resource.dedup();
        Self {
            by_action: ActionIndex::of(rest.iter().copied()),
            by_resource,
        }
    }

    /// The statements that may be about a request: all that are, and few others; none twice.
    ///
    /// In no particular order.
    pub(super) fn candidates(
        &self,
        action: &Action,
        resource: &Resource,
    ) -> impl Iterator<Item = u32> {
        let named = match resource.arn() {
            Some(arn) if !self.by_resource.is_empty() => {
                equal_range(&self.by_resource, hash(arn.resource()), |(key, _)| *key)
            }
            _ => &[],
        };
        let named = named.iter().map(|(_, index)| *index);
        self.by_action.candidates(action).chain(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Kind;
    use crate::{Caller, Context, Layers, Policy, Request, decide, evaluate};

    /// More than [`MANY`] statements, the odd ones Deny.
    fn policy(statement: impl Fn(usize) -> String) -> Layers {
        let effect = |index: usize| {
            if index.is_multiple_of(2) {
                "Allow"
            } else {
                "Deny"
            }
        };
        let statements: Vec<String> = (0..2 * MANY)
            .map(|index| format!(r#"{{"Effect":"{}",{}}}"#, effect(index), statement(index)))
            .collect();
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
            statements.join(",")
        );
        Layers {
            identity: vec![Policy::parse("many", &text, Kind::Identity).unwrap()],
            ..Layers::default()
        }
    }

    fn matched(layers: &Layers, action: &str, resource: &str) -> (bool, Vec<usize>) {
        let caller = Caller::parse("arn:aws:iam::111122223333:user/ana").unwrap();
        let mut context = Context::new();
        context.set("aws:username", "ana");
        let request = Request {
            resource_account: caller.account().unwrap(),
            caller,
            action: Action::parse(action).unwrap(),
            resource: resource.parse().unwrap(),
            context,
        };
        let record = evaluate(layers, &request);
        let mut matched: Vec<usize> = record.matched.iter().map(|one| one.index).collect();
        matched.sort_unstable();
        (decide(layers, &request).is_allowed(), matched)
    }

    #[test]
    fn one_of_many_named_resources_is_found() {
        let layers = policy(|index| {
            format!(
                r#""Action":"s3:Get*","Resource":["arn:aws:s3:::b/{index}","arn:AWS:S3:::b/{index}"]"#
            )
        });
        let asked = |resource: &str| matched(&layers, "s3:GetObject", resource);
        assert_eq!(asked("arn:aws:s3:::b/8"), (true, vec![8]));
        assert_eq!(asked("arn:aws:s3:::b/9"), (false, vec![9]));
        for other in [
            "arn:aws:s3:::B/8",
            "arn:aws-cn:s3:::b/8",
            "arn:aws:s3:::b/800",
            "*",
        ] {
            assert_eq!(asked(other), (false, vec![]), "{other}");
        }
        let put = matched(&layers, "s3:PutObject", "arn:aws:s3:::b/8");
        assert_eq!(put, (false, vec![]));
    }

    #[test]
    fn statements_about_more_than_single_resources_are_found_as_well() {
        let layers = policy(|index| match index {
            2 => r#""Action":"*","NotResource":"arn:aws:s3:::b/8""#.to_owned(),
            4 => {
                r#""Action":"s3:*","Resource":["arn:aws:s3:::b/4","arn:aws:s3:::b/9*"]"#.to_owned()
            }
            5 => r#""Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}""#.to_owned(),
            6 => r#""NotAction":"iam:*","Resource":"arn:aws:s3:::b/8""#.to_owned(),
            _ => format!(r#""Action":"s3:GetObject","Resource":"arn:aws:s3:::b/{index}""#),
        });
        let asked = |resource: &str| matched(&layers, "s3:GetObject", resource);
        assert_eq!(asked("arn:aws:s3:::b/8"), (true, vec![6, 8]));
        assert_eq!(asked("arn:aws:s3:::b/ana"), (false, vec![5]));
        assert_eq!(asked("arn:aws:s3:::b/98"), (true, vec![2, 4, 98]));
    }
}
