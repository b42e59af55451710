//! What a check finds, and what nobody could tell.

use std::collections::BTreeSet;

use deploy::calls::{Part, of};
use deploy::permissions::check::{Checker, Mark, Principal, Report};
use deploy::permissions::{CallerChoice, DEPLOY_POLICY, RENDER_POLICY};
use deploy::policy::{generate, of_calls};

use crate::account::Account;
use crate::setup::{USER, meddle, set_up, wanted};

#[tokio::test]
async fn a_check_says_what_is_missing_and_what_nobody_could_tell() {
    let account = Account::new().await;
    let root = account.root();
    set_up(&root, &wanted(&account, CallerChoice::User))
        .await
        .unwrap();
    let auditor = generate(Part::Auditor, &account.scope());
    let user = Principal::User(USER.into());
    let parts = [Part::Deployer, Part::Trigger];
    let bad = |report: &Report| -> Vec<String> {
        let findings = report.findings.iter();
        findings
            .filter(|finding| finding.mark == Mark::Bad)
            .map(|finding| finding.what.clone())
            .collect()
    };

    let config = account.user("auditor", &auditor).await;
    let checker = Checker::new(&config, account.scope());
    let report = checker.principal(&user, &parts).await.unwrap();
    assert!(report.is_simulated);
    assert_eq!(bad(&report), Vec::<String>::new());
    let role = checker.render_role().await.unwrap();
    assert_eq!(bad(&role), Vec::<String>::new());

    // Without simulation the policies decide, and agree.
    let scope = account.scope();
    let rest =
        of(Part::Auditor, &scope).filter(|call| call.action != "iam:SimulatePrincipalPolicy");
    let config = account.user("reader", &of_calls(rest, &scope)).await;
    let checker = Checker::new(&config, account.scope());
    let read = checker.principal(&user, &parts).await.unwrap();
    assert!(!read.is_simulated);
    let marks = |report: &Report| -> Vec<_> {
        let findings = report.findings.iter();
        findings
            .map(|finding| (finding.what.clone(), finding.mark))
            .collect()
    };
    assert_eq!(marks(&read), marks(&report));

    // Who may read nothing is told so.
    let nobody = generate(Part::Viewer, &scope);
    let config = account.user("nobody", &nobody).await;
    let checker = Checker::new(&config, account.scope());
    let blind = checker.principal(&user, &parts).await.unwrap();
    assert!(
        blind
            .findings
            .iter()
            .all(|finding| finding.mark == Mark::NotChecked),
        "{blind:?}"
    );

    // Drift, foreign trust and a missing right are told.
    meddle(&account, &wanted(&account, CallerChoice::User)).await;
    let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::{buckername}/*"}}"#;
    let iam = account.root_iam();
    let inline = iam
        .put_user_policy()
        .user_name(USER)
        .policy_name("pasted")
        .policy_document(deny);
    inline.send().await.unwrap();
    let detached = iam
        .detach_user_policy()
        .user_name(USER)
        .policy_arn(scope.policy_arn(DEPLOY_POLICY));
    detached.send().await.unwrap();
    let checker = Checker::new(&root, account.scope());
    let report = checker.principal(&user, &parts).await.unwrap();
    let missing = bad(&report);
    assert!(
        missing
            .iter()
            .any(|what| what.starts_with("lambda:InvokeFunction on")),
        "{missing:?}"
    );
    assert!(
        missing.iter().any(|what| what == "policy pasted"),
        "{missing:?}"
    );
    let role = checker.render_role().await.unwrap();
    let wrong = bad(&role);
    assert!(
        wrong.iter().any(|what| what.starts_with("trust of")),
        "{wrong:?}"
    );
    assert!(
        wrong
            .iter()
            .any(|what| what.contains("is what is generated")),
        "{wrong:?}"
    );
}

#[tokio::test]
async fn what_a_boundary_denies_is_to_be_added_to_the_boundary() {
    let account = Account::new().await;
    let (root, iam) = (account.root(), account.root_iam());
    set_up(&root, &wanted(&account, CallerChoice::User))
        .await
        .unwrap();
    let scope = account.scope();
    let narrow = generate(Part::Viewer, &scope).to_json();
    let bound = iam.create_policy().policy_name("bound");
    bound.policy_document(narrow).send().await.unwrap();
    let put = iam.put_user_permissions_boundary().user_name(USER);
    let put = put.permissions_boundary(scope.policy_arn("bound"));
    put.send().await.unwrap();
    // Whether AWS decides or the policies that may be read.
    let rest =
        of(Part::Auditor, &scope).filter(|call| call.action != "iam:SimulatePrincipalPolicy");
    let reader = account.user("reader", &of_calls(rest, &scope)).await;
    for config in [&root, &reader] {
        let checker = Checker::new(config, scope.clone());
        let user = Principal::User(USER.to_owned());
        let report = checker.principal(&user, &[Part::Trigger]).await.unwrap();
        let invoke = report
            .findings
            .iter()
            .find(|one| one.what.starts_with("lambda:Invoke"));
        let invoke = invoke.unwrap();
        let reason = invoke.reason.as_deref().unwrap();
        assert_eq!(reason, "the permissions boundary does not allow it");
        let fix = invoke.fix.as_deref().unwrap();
        assert!(fix.contains("to the boundary bound"), "{fix}");
    }
}

#[tokio::test]
async fn who_does_not_exist_is_told_once() {
    let account = Account::new().await;
    let checker = Checker::new(&account.root(), account.scope());
    let nobody = Principal::User("nobody".to_owned());
    let report = checker.principal(&nobody, &[Part::Deployer]).await.unwrap();
    let [finding] = report.findings.as_slice() else {
        panic!("{report:?}")
    };
    assert_eq!(finding.reason.as_deref(), Some("it does not exist"));
    assert!(!report.is_good());
}

#[test]
fn who_is_of_another_account_is_not_asked_about_here() {
    let arn = "arn:aws:iam::999999999999:user/remotion-deploy";
    let refused = Principal::parse_in("123456789012", arn).unwrap_err();
    assert!(refused.to_string().contains("123456789012"), "{refused}");
    assert!(Principal::parse_in("999999999999", arn).is_ok());
}

#[tokio::test]
async fn the_auditor_calls_what_the_table_says() {
    let account = Account::new().await;
    let (root, iam) = (account.root(), account.root_iam());
    let scope = account.scope();
    set_up(&root, &wanted(&account, CallerChoice::User))
        .await
        .unwrap();
    // Policies of every kind: inline and attached, of the user, of its group and of the role.
    meddle(&account, &wanted(&account, CallerChoice::User)).await;
    let nothing =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;
    let group = iam.create_group().group_name("video");
    group.send().await.unwrap();
    let member = iam.add_user_to_group().group_name("video").user_name(USER);
    member.send().await.unwrap();
    let inline = iam.put_group_policy().group_name("video").policy_name("g");
    inline.policy_document(nothing).send().await.unwrap();
    let attached = iam.attach_group_policy().group_name("video");
    let attached = attached.policy_arn(scope.policy_arn(RENDER_POLICY));
    attached.send().await.unwrap();
    let inline = iam.put_user_policy().user_name(USER).policy_name("u");
    inline.policy_document(nothing).send().await.unwrap();

    let auditor = generate(Part::Auditor, &scope);
    let config = account.user("auditor", &auditor).await;
    let checker = Checker::new(&config, scope.clone());
    let user = Principal::User(USER.into());
    checker.principal(&user, &[Part::Trigger]).await.unwrap();
    checker.render_role().await.unwrap();
    deploy::denials::recent(&config, 1, 1).await.unwrap();
    let called: BTreeSet<_> = account
        .events()
        .await
        .into_iter()
        .filter(|record| {
            let arn = record.principal.arn.as_deref();
            arn.is_some_and(|arn| arn.ends_with("user/auditor"))
        })
        .flat_map(|record| record.decisions)
        .map(|decision| decision.action)
        .collect();
    let granted: BTreeSet<_> = of(Part::Auditor, &scope)
        .map(|call| call.action.to_owned())
        .collect();
    assert_eq!(called, granted, "what is called, and what the table grants");
}
