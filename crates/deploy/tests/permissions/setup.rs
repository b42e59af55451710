//! Setup and rotate, in an account that enforces IAM.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use deploy::calls::{Compute, Loss, Part, Scope, Variant, of};
use deploy::permissions::check::Principal;
use deploy::permissions::remove::{Extent, Fate, Remover};
use deploy::permissions::rotate::{Keys, RotateError};
use deploy::permissions::{
    CallerChoice, MadeKey, RENDER_POLICY, Setup, SetupError, State, Wanted, execution_role,
};
use deploy::policy::{generate, generate_all, of_calls};

use crate::account::Account;

pub(crate) const USER: &str = "remotion-deploy";

pub(crate) fn wanted(account: &Account, caller: CallerChoice) -> Wanted {
    Wanted::new(account.scope(), caller).with_clip(true)
}

pub(crate) async fn set_up(
    config: &SdkConfig,
    wanted: &Wanted,
) -> Result<Option<MadeKey>, SetupError> {
    let setup = Setup::new(config, wanted).unwrap();
    let plan = setup.plan().await?;
    setup.apply(&plan, |_| {}).await
}

pub(crate) async fn remove(config: &SdkConfig, scope: &Scope) -> Result<(), deploy::CallFailed> {
    let remover = Remover::new(config, scope.clone(), Extent::Everything);
    let plan = remover.plan().await?;
    remover.apply(&plan, |_| {}).await
}

/// What an account is after somebody meddled with what setup made.
pub(crate) async fn meddle(account: &Account, wanted: &Wanted) {
    let iam = account.root_iam();
    let scope = wanted.scope();
    let nothing =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;
    for _ in 0..4 {
        let version = iam
            .create_policy_version()
            .policy_arn(scope.policy_arn(RENDER_POLICY))
            .policy_document(nothing)
            .set_as_default(true);
        version.send().await.unwrap();
    }
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    let update = iam
        .update_assume_role_policy()
        .role_name(&scope.render_role)
        .policy_document(trust);
    update.send().await.unwrap();
    let inline = iam
        .put_role_policy()
        .role_name(&scope.render_role)
        .policy_name("meddled")
        .policy_document(nothing);
    inline.send().await.unwrap();
    // There is a user where one calls.
    if iam.get_user().user_name(USER).send().await.is_ok() {
        let inline = iam.put_user_policy().user_name(USER);
        let inline = inline.policy_name("meddled").policy_document(nothing);
        inline.send().await.unwrap();
    }
}

/// Setup, meddling, setup again, and remove; then all of it is gone.
async fn life(config: &SdkConfig, account: &Account, wanted: &Wanted) -> Result<(), String> {
    let said = |error: &dyn std::error::Error| error.to_string();
    set_up(config, wanted).await.map_err(|error| said(&error))?;
    meddle(account, wanted).await;
    set_up(config, wanted).await.map_err(|error| said(&error))?;
    // Whether the function exists is told only to those who may ask.
    if wanted.scope().has(Variant::LambdaCaller)
        && let Err(error) = execution_role(config, "api").await
        && error.is_denied()
    {
        return Err(said(&error));
    }
    remove(config, wanted.scope())
        .await
        .map_err(|error| said(&error))
}

#[tokio::test]
async fn setup_makes_what_is_desired_once() {
    let account = Account::new().await;
    let root = account.root();
    let wanted = wanted(&account, CallerChoice::User);
    let key = set_up(&root, &wanted).await.unwrap().unwrap();
    let arn = key.verified(&root).await.unwrap();
    assert_eq!(arn, format!("arn:aws:iam::123456789012:user/{USER}"));
    assert!(!format!("{key:?}").contains(&key.secret));

    let plan = Setup::new(&root, &wanted).unwrap().plan().await.unwrap();
    assert!(
        plan.steps.iter().all(|step| step.state == State::Done),
        "{plan:?}"
    );
    assert!(set_up(&root, &wanted).await.unwrap().is_none());

    meddle(&account, &wanted).await;
    let plan = Setup::new(&root, &wanted).unwrap().plan().await.unwrap();
    let changes: Vec<_> = plan.changes().map(|step| step.what.to_string()).collect();
    assert_eq!(
        changes,
        ["policy remotion-lambda-policy", "role remotion-lambda-role"]
    );
}

#[tokio::test]
async fn what_is_not_ours_is_neither_changed_nor_removed() {
    let account = Account::new().await;
    let (root, iam) = (account.root(), account.root_iam());
    iam.create_user().user_name(USER).send().await.unwrap();
    let wanted = wanted(&account, CallerChoice::User);
    let refused = set_up(&root, &wanted).await.unwrap_err();
    assert!(matches!(refused, SetupError::Foreign(_)), "{refused}");
    assert!(
        refused.to_string().contains("user remotion-deploy"),
        "{refused}"
    );
    let policies = iam.list_policies().send().await.unwrap();
    assert_eq!(
        policies.policies(),
        [],
        "something was made before the refusal"
    );
    let remover = Remover::new(&root, account.scope(), Extent::Everything);
    let plan = remover.plan().await.unwrap();
    assert!(plan.iter().all(|one| one.fate == Fate::NotOurs), "{plan:?}");
}

#[tokio::test]
async fn a_step_that_is_denied_is_named_and_the_next_run_goes_on() {
    let account = Account::new().await;
    let scope = account.scope();
    let rows = || of(Part::Administrator, &scope);
    let without = rows().filter(|call| call.action != "iam:AttachUserPolicy");
    let config = account.user("poor", &of_calls(without, &scope)).await;
    let wanted = wanted(&account, CallerChoice::User);
    let refused = set_up(&config, &wanted).await.unwrap_err();
    let SetupError::Stopped { remaining, source } = &refused else {
        panic!("{refused}")
    };
    assert!(
        source.is_denied() && refused.to_string().contains("iam:AttachUserPolicy"),
        "{refused}"
    );
    assert_eq!(
        remaining[0],
        "policy RemotionLambdaDeployPolicy of user remotion-deploy"
    );
    let rich = account
        .user("rich", &generate(Part::Administrator, &scope))
        .await;
    let setup = Setup::new(&rich, &wanted).unwrap();
    let plan = setup.plan().await.unwrap();
    let changes: Vec<_> = plan.changes().map(|step| step.what.to_string()).collect();
    assert_eq!(changes, *remaining);
    setup.apply(&plan, |_| {}).await.unwrap();
}

/// The lives that together make every call of the administrator.
fn lives(account: &Account) -> Vec<Wanted> {
    let callers = [
        CallerChoice::User,
        CallerChoice::Made(Compute::Ec2),
        CallerChoice::Made(Compute::Lambda),
    ];
    callers
        .into_iter()
        .map(|caller| wanted(account, caller))
        .collect()
}

#[tokio::test]
async fn the_administrator_needs_each_of_its_rights_and_no_more() {
    let account = Account::new().await;
    let mut called = BTreeSet::new();
    let mut granted = BTreeSet::new();
    let mut users = 0..;
    for wanted in lives(&account) {
        let scope = wanted.scope();
        let name = format!("whole-{}", users.next().unwrap());
        let config = account
            .user(&name, &generate(Part::Administrator, scope))
            .await;
        life(&config, &account, &wanted).await.unwrap();
        for record in account.events().await {
            let is_ours = record
                .principal
                .arn
                .as_deref()
                .is_some_and(|arn| arn.ends_with(&format!("user/{name}")));
            if is_ours {
                called.extend(record.decisions.into_iter().map(|one| one.action));
            }
        }
        granted.extend(of(Part::Administrator, scope).map(|call| call.action.to_owned()));
    }
    assert_eq!(called, granted, "what is called, and what the table grants");
}

#[tokio::test]
async fn without_any_right_of_the_administrator_a_step_is_denied() {
    let mut unneeded = BTreeSet::new();
    let mut needed = BTreeSet::new();
    let account = Account::new().await;
    let mut users = 0..;
    for wanted in lives(&account) {
        let scope = wanted.scope();
        for call in of(Part::Administrator, scope) {
            assert!(matches!(call.without, Loss::Step(_)), "{call:?}");
            let rest = of(Part::Administrator, scope).filter(|other| *other != call);
            let name = format!("less-{}", users.next().unwrap());
            let config = account.user(&name, &of_calls(rest, scope)).await;
            let told = life(&config, &account, &wanted).await;
            let row = (call.action, format!("{:?}", call.resource));
            match told {
                Err(told) => {
                    assert!(told.contains(call.action), "{}: {told}", call.action);
                    needed.insert(row);
                }
                Ok(()) => {
                    unneeded.insert(row);
                }
            }
            remove(&account.root(), scope).await.unwrap();
        }
    }
    let never: Vec<_> = unneeded.difference(&needed).collect();
    assert!(never.is_empty(), "no step fails without {never:?}");
}

#[tokio::test]
async fn a_key_is_replaced_and_two_are_refused() {
    let account = Account::new().await;
    let root = account.root();
    let old = set_up(&root, &wanted(&account, CallerChoice::User))
        .await
        .unwrap()
        .unwrap();
    let rotator = generate(Part::KeyRotator, &account.scope());
    let config = account.user("rotator", &rotator).await;
    let keys = Keys::new(&config, USER);
    assert_eq!(keys.only().await.unwrap().id, old.id);
    let new = keys.make().await.unwrap();
    keys.verify(&new).await.unwrap();
    keys.deactivate(&old.id).await.unwrap();
    let refused = keys.only().await.unwrap_err();
    assert!(matches!(refused, RotateError::TwoKeys { .. }));
    let said = refused.to_string();
    assert!(said.contains(&format!("{} (inactive", old.id)), "{said}");
    assert!(said.contains("for sts"), "{said}");
    keys.delete(&old.id).await.unwrap();
    assert_eq!(keys.only().await.unwrap().id, new.id);
    let used: BTreeSet<_> = account
        .events()
        .await
        .into_iter()
        .filter(|record| {
            record
                .principal
                .arn
                .as_deref()
                .is_some_and(|arn| arn.ends_with("/rotator"))
        })
        .flat_map(|record| record.decisions)
        .map(|decision| decision.action)
        .collect();
    // The description of the new key is left out where the rotator may not write it.
    let scope = account.scope();
    let granted = of(Part::KeyRotator, &scope).map(|call| call.action.to_owned());
    let granted: BTreeSet<_> = granted.chain(["iam:TagUser".to_owned()]).collect();
    assert_eq!(used, granted);
}

#[test]
fn a_user_who_deploys_and_renders_needs_one_policy() {
    let scope = Scope::new("aws", "123456789012", "us-east-1");
    let both = generate_all(&[Part::Deployer, Part::Trigger], &scope);
    let mut sids: Vec<_> = both.to_value()["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|statement| statement["Sid"].as_str().unwrap().to_owned())
        .collect();
    let all = sids.len();
    sids.sort();
    sids.dedup();
    assert_eq!(sids.len(), all);
}

#[tokio::test]
async fn a_statement_is_given_until_there_is_no_room() {
    use deploy::permissions::grant::{GrantError, Inline, policy_name};
    let account = Account::new().await;
    let iam = account.root_iam();
    iam.create_user()
        .user_name("remotion_user")
        .send()
        .await
        .unwrap();
    let inline = Inline::of(&account.root(), Principal::User("remotion_user".into()));
    let invoke = |function: &str| {
        serde_json::json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{function}"),
        }] })
    };
    let name = policy_name("lambda:InvokeFunction");
    let given = inline
        .add(&invoke("ffmpeg-clip-cutter"), None, &name)
        .await
        .unwrap();
    assert_eq!(
        (given.policy.as_str(), given.is_extended),
        ("LambdaInvokePermission", false)
    );
    let again = inline.add(&invoke("other"), None, &name).await.unwrap();
    assert!(again.is_extended && again.taken > given.taken);
    let simulated = iam
        .simulate_principal_policy()
        .policy_source_arn("arn:aws:iam::123456789012:user/remotion_user")
        .action_names("lambda:InvokeFunction")
        .resource_arns("arn:aws:lambda:us-east-1:123456789012:function:ffmpeg-clip-cutter");
    let simulated = simulated.send().await.unwrap();
    assert_eq!(
        simulated.evaluation_results()[0].eval_decision().as_str(),
        "allowed"
    );
    let absent = inline
        .add(&invoke("f"), Some("nothing"), &name)
        .await
        .unwrap_err();
    assert!(matches!(absent, GrantError::NoPolicy { .. }), "{absent}");
    let full = loop {
        let function = format!("{:0>60}", rand::random::<u32>());
        match inline.add(&invoke(&function), Some(&name), &name).await {
            Ok(given) => assert!(given.taken <= given.limit),
            Err(error) => break error,
        }
    };
    assert!(full.to_string().contains("2048"), "{full}");
}

#[tokio::test]
async fn what_a_correction_takes_away_is_told_before() {
    let account = Account::new().await;
    let root = account.root();
    let mut scope = account.scope();
    scope.output = Some(deploy::calls::Output {
        bucket: "finished".to_owned(),
        prefix: String::new(),
    });
    let with_output = Wanted::new(scope, CallerChoice::Nobody);
    set_up(&root, &with_output).await.unwrap();
    let without = wanted(&account, CallerChoice::Nobody);
    let plan = Setup::new(&root, &without).unwrap().plan().await.unwrap();
    let policy = plan.steps[0].to_string();
    assert!(policy.contains("it loses"), "{policy}");
    assert!(policy.contains("arn:aws:s3:::finished/*"), "{policy}");
    // Back again, it gains that.
    set_up(&root, &without).await.unwrap();
    let plan = Setup::new(&root, &with_output)
        .unwrap()
        .plan()
        .await
        .unwrap();
    let policy = plan.steps[0].to_string();
    assert!(policy.contains("it gains"), "{policy}");
}

#[tokio::test]
async fn callers_of_one_kind_take_nothing_from_those_of_another() {
    let account = Account::new().await;
    let root = account.root();
    let callers = [Compute::Lambda, Compute::Ec2, Compute::Fargate];
    let each = callers.map(|compute| wanted(&account, CallerChoice::Made(compute)));
    for wanted in &each {
        set_up(&root, wanted).await.unwrap();
    }
    for wanted in &each {
        let plan = Setup::new(&root, wanted).unwrap().plan().await.unwrap();
        assert_eq!(plan.changes().next(), None);
    }
}

#[tokio::test]
async fn a_role_whose_trust_is_written_otherwise_is_taken_as_it_is() {
    let account = Account::new().await;
    let (root, iam) = (account.root(), account.root_iam());
    let trust = |service: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"sts:AssumeRole"}}]}}"#
        )
    };
    let scope = account.scope();
    let make = iam.create_role().role_name(&scope.render_role);
    let make = make.assume_role_policy_document(trust("lambda.amazonaws.com"));
    make.send().await.unwrap();
    let nobody = wanted(&account, CallerChoice::Nobody);
    set_up(&root, &nobody).await.unwrap();
    let update = iam
        .update_assume_role_policy()
        .role_name(&scope.render_role);
    let update = update.policy_document(trust("ec2.amazonaws.com"));
    update.send().await.unwrap();
    let refused = set_up(&root, &nobody).await.unwrap_err().to_string();
    assert!(refused.contains("trusts ec2.amazonaws.com"), "{refused}");
}
