//! What a caller is beyond its name: cases carry names alone, an account knows more.

use std::sync::Arc;

use iam::policy::Kind;
use iam::{Arn, Caller, Context, Decision, Layers, Level, Policy, Request, decide};

const ALLOW: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
const USER: &str = "arn:aws:iam::111122223333:user/alice";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/render";

fn policy(text: &str, kind: Kind) -> Arc<Policy> {
    Policy::parse("p", text, kind).unwrap()
}

/// A bucket policy that allows `principal`.
fn names(principal: &str) -> Option<Arc<Policy>> {
    let text = format!(
        r#"{{"Statement": {{"Effect": "Allow", "Principal": {principal}, "Action": "s3:GetObject", "Resource": "*"}}}}"#
    );
    Some(policy(&text, Kind::Resource))
}

fn decision(layers: &Layers, caller: Caller) -> Decision {
    let request = Request {
        caller,
        action: "s3:GetObject".parse().unwrap(),
        resource: "arn:aws:s3:::b/k".parse().unwrap(),
        resource_account: "111122223333".parse().unwrap(),
        context: Context::new(),
    };
    decide(layers, &request)
}

/// Whether the resource's policy alone lets the caller in.
fn lets_in(principal: &str, caller: &Caller) -> bool {
    let layers = Layers {
        resource: names(principal),
        ..Layers::default()
    };
    decision(&layers, caller.clone()).is_allowed()
}

fn role_session(role: &str) -> Caller {
    Caller::role_session(Arn::parse(role).unwrap(), "job-1").unwrap()
}

fn federated() -> Caller {
    Caller::parse("arn:aws:sts::111122223333:federated-user/fred").unwrap()
}

#[test]
fn service_control_policies_spare_the_management_account_and_service_linked_roles() {
    let nothing = ALLOW.replace("\"Action\": \"*\"", "\"Action\": \"sqs:*\"");
    let level = Level {
        target: "root".into(),
        policies: vec![policy(&nothing, Kind::Scp)],
    };
    let layers = Layers {
        identity: vec![policy(ALLOW, Kind::Identity)],
        scp: Some(vec![level]),
        ..Layers::default()
    };
    let user = Caller::parse(USER).unwrap();
    assert_eq!(decision(&layers, user.clone()), Decision::ImplicitDeny);
    assert_eq!(
        decision(&layers, user.in_management_account()),
        Decision::Allowed
    );
    assert_eq!(
        decision(&layers, role_session(ROLE)),
        Decision::ImplicitDeny
    );
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/replicator.lambda.amazonaws.com/AWSServiceRoleForLambdaReplicator";
    assert_eq!(decision(&layers, role_session(linked)), Decision::Allowed);
}

#[test]
fn a_session_is_of_its_role_with_the_path_that_its_own_name_drops() {
    let session = role_session(ROLE);
    assert!(lets_in(&format!(r#"{{"AWS": "{ROLE}"}}"#), &session));
    assert!(!lets_in(
        r#"{"AWS": "arn:aws:iam::111122223333:role/render"}"#,
        &session
    ));
    assert!(lets_in(
        r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/render/job-1"}"#,
        &session
    ));
}

#[test]
fn saved_policies_name_unique_ids() {
    let user = Caller::parse(USER).unwrap().with_unique_id("AIDAEXAMPLE");
    assert!(lets_in(r#"{"AWS": "AIDAEXAMPLE"}"#, &user));
    assert!(!lets_in(r#"{"AWS": "AIDAEXAMPL"}"#, &user));
    assert!(!lets_in(
        r#"{"AWS": "AIDAEXAMPLE"}"#,
        &Caller::parse(USER).unwrap()
    ));
    let session = role_session(ROLE).with_unique_id("AROAEXAMPLE");
    assert!(lets_in(r#"{"AWS": "AROAEXAMPLE"}"#, &session));
    // The id is the role's: naming it is naming the parent, which a boundary caps.
    let nothing = ALLOW.replace("\"Action\": \"*\"", "\"Action\": \"sqs:*\"");
    let layers = Layers {
        resource: names(r#"{"AWS": "AROAEXAMPLE"}"#),
        boundary: Some(policy(&nothing, Kind::Boundary)),
        ..Layers::default()
    };
    assert_eq!(decision(&layers, session), Decision::ImplicitDeny);
}

#[test]
fn a_federated_session_has_a_user_behind_it() {
    let caller = federated().with_federating_user(Arn::parse(USER).unwrap());
    let session = Some(vec![policy(ALLOW, Kind::Session)]);
    let layers = Layers {
        resource: names(&format!(r#"{{"AWS": "{USER}"}}"#)),
        session,
        ..Layers::default()
    };
    assert_eq!(decision(&layers, caller.clone()), Decision::Allowed);
    assert_eq!(decision(&layers, federated()), Decision::ImplicitDeny);
    // Naming the user stands in for the user's policies, and not for the session's.
    let layers = Layers {
        session: None,
        ..layers
    };
    assert_eq!(decision(&layers, caller), Decision::ImplicitDeny);
}

#[test]
fn a_canonical_id_names_the_account() {
    let user = Caller::parse(USER)
        .unwrap()
        .with_canonical_id("79a59df900b9");
    let named = names(r#"{"CanonicalUser": "79a59df900b9"}"#);
    let alone = Layers {
        resource: named.clone(),
        ..Layers::default()
    };
    assert_eq!(decision(&alone, user.clone()), Decision::ImplicitDeny);
    let beside = Layers {
        identity: vec![policy(ALLOW, Kind::Identity)],
        ..alone
    };
    assert_eq!(decision(&beside, user), Decision::Allowed);
}

#[test]
fn an_identity_provider_is_named_as_federated() {
    let provider = "arn:aws:iam::111122223333:saml-provider/corp";
    let caller = Caller::provider(provider);
    assert!(lets_in(
        &format!(r#"{{"Federated": "{provider}"}}"#),
        &caller
    ));
    assert!(!lets_in(r#"{"Federated": "accounts.google.com"}"#, &caller));
    assert!(!lets_in(&format!(r#"{{"AWS": "{provider}"}}"#), &caller));
}
