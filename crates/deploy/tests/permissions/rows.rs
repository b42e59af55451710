//! Every row of the table gives what it says, and nothing in it is given without need.

use deploy::calls::{Call, Condition, Part, Question, Scope, of};
use deploy::policy::{Policy, generate, of_calls};
use iam::policy::Kind;
use iam::{Action, Caller, Context, Layers, Request, evaluate};

pub(crate) const USER: &str = "remotion-deploy";

fn scopes() -> Vec<Scope> {
    let plain = Scope::new("aws", "123456789012", "us-east-1");
    let china = Scope::new("aws-cn", "123456789012", "cn-north-1").with_every_variant();
    let mut instance = Scope::new("aws-us-gov", "123456789012", "us-gov-west-1");
    instance.caller = deploy::calls::Caller::Role {
        name: "team/api".into(),
        compute: Some(deploy::calls::Compute::Ec2),
    };
    vec![plain.clone(), plain.with_every_variant(), china, instance]
}

/// Whether a user with this policy alone would be allowed.
fn is_allowed(policy: &Policy, scope: &Scope, question: &Question) -> bool {
    // There is no document without a statement.
    policy.statements() > 0 && allows(&policy.to_json(), scope, question)
}

/// The same of a policy as text.
pub(crate) fn allows(policy: &str, scope: &Scope, question: &Question) -> bool {
    // A key's own policy leaves it to IAM, as every key's does that the console makes.
    let delegating = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"arn:{}:iam::{}:root"}},"Action":"kms:*","Resource":"*"}}}}"#,
        scope.partition, scope.account
    );
    let is_key = question.action.starts_with("kms:");
    let layers = Layers {
        identity: vec![iam::Policy::parse("it", policy, Kind::Identity).unwrap()],
        resource: is_key.then(|| iam::Policy::parse("key", &delegating, Kind::Resource).unwrap()),
        ..Layers::default()
    };
    let user = format!("arn:{}:iam::{}:user/{USER}", scope.partition, scope.account);
    let context = question.context.iter().fold(
        Context::new().with("aws:username", USER),
        |context, (key, value)| context.with(key, value),
    );
    let request = Request {
        caller: Caller::parse(&user).unwrap(),
        action: Action::parse(question.action).unwrap(),
        resource: question.resource.parse().unwrap(),
        resource_account: scope.account.parse().unwrap(),
        context,
    };
    evaluate(&layers, &request).decision.is_allowed()
}

/// Each row of each part in each scope.
fn each(mut check: impl FnMut(&Scope, Part, &'static Call)) {
    for scope in scopes() {
        for part in Part::ALL {
            for call in of(part, &scope) {
                check(&scope, part, call);
            }
        }
    }
}

#[test]
fn the_generated_policy_allows_every_call() {
    each(|scope, part, call| {
        for question in call.questions(scope, USER) {
            assert!(
                is_allowed(&generate(part, scope), scope, &question),
                "{part}: {question:?}"
            );
        }
    });
}

#[test]
fn without_its_row_every_call_is_denied() {
    each(|scope, part, call| {
        let rest = of_calls(of(part, scope).filter(|other| *other != call), scope);
        for question in call.questions(scope, USER) {
            assert!(
                !is_allowed(&rest, scope, &question),
                "{part}: other rows allow {question:?} as well"
            );
        }
    });
}

#[test]
fn each_condition_keeps_something_out() {
    each(|scope, part, call| {
        for condition in call.conditions {
            let rest: Vec<Condition> = call
                .conditions
                .iter()
                .copied()
                .filter(|other| other != condition)
                .collect();
            let loose: &'static Call = Box::leak(Box::new(Call {
                conditions: Vec::leak(rest),
                ..*call
            }));
            let others = || of(part, scope).filter(|other| *other != call);
            let loose = of_calls(others().chain([loose]), scope);
            let key = condition.written(scope).key;
            for mut question in call.questions(scope, USER) {
                for (asked, value) in &mut question.context {
                    if *asked == key {
                        condition.refused_value().clone_into(value);
                    }
                }
                assert!(
                    !is_allowed(&generate(part, scope), scope, &question),
                    "{part}: {question:?} in spite of {condition:?}"
                );
                assert!(
                    is_allowed(&loose, scope, &question),
                    "{part}: {question:?} without {condition:?}"
                );
            }
        }
    });
}
