//! What is removed, and what stays.

use deploy::calls::{Compute, Part};
use deploy::permissions::check::{Checker, Principal};
use deploy::permissions::remove::{Extent, Fate, Remover, Thing};
use deploy::permissions::{
    CallerChoice, DEPLOY_POLICY, RENDER_POLICY, SetupError, Wanted, caller_role,
};
use deploy::policy::generate;

use crate::account::Account;
use crate::setup::{USER, remove, set_up, wanted};

#[tokio::test]
async fn who_has_policies_of_others_stays_with_its_key() {
    let account = Account::new().await;
    let (root, iam) = (account.root(), account.root_iam());
    set_up(&root, &wanted(&account, CallerChoice::User))
        .await
        .unwrap();
    let nothing = generate(Part::Viewer, &account.scope()).to_json();
    let foreign = iam.create_policy().policy_name("somebody-elses");
    foreign.policy_document(nothing).send().await.unwrap();
    let attached = iam.attach_user_policy().user_name(USER);
    let attached = attached.policy_arn(account.scope().policy_arn("somebody-elses"));
    attached.send().await.unwrap();
    let remover = Remover::new(&root, account.scope(), Extent::Everything);
    let plan = remover.plan().await.unwrap();
    assert!(matches!(plan[0].fate, Fate::InUse(_)), "{plan:?}");
    let keys = iam.list_access_keys().user_name(USER).send().await.unwrap();
    assert_eq!(keys.access_key_metadata().len(), 1);
}

#[tokio::test]
async fn an_instance_profile_goes_whoever_is_said_to_call() {
    let account = Account::new().await;
    let (root, iam) = (account.root(), account.root_iam());
    let instance = wanted(&account, CallerChoice::Made(Compute::Ec2));
    set_up(&root, &instance).await.unwrap();
    remove(&root, &account.scope()).await.unwrap();
    assert!(
        iam.get_role()
            .role_name(caller_role(Compute::Ec2))
            .send()
            .await
            .is_err()
    );
    let profile = iam
        .get_instance_profile()
        .instance_profile_name(caller_role(Compute::Ec2));
    assert!(profile.send().await.is_err());
}

#[tokio::test]
async fn a_role_that_exists_gets_the_policy_and_stays_when_that_goes() {
    let account = Account::new().await;
    let (root, iam) = (account.root(), account.root_iam());
    let trust = deploy::policy::trust(&deploy::policy::Trusted::Service(
        "lambda.amazonaws.com".into(),
    ));
    let made = iam
        .create_role()
        .role_name("api")
        .path("/team/")
        .assume_role_policy_document(trust.to_json());
    made.send().await.unwrap();
    let caller = |role: &str| CallerChoice::Existing {
        role: role.to_owned(),
        compute: None,
    };
    let absent = set_up(&root, &wanted(&account, caller("nobody")))
        .await
        .unwrap_err();
    assert!(matches!(absent, SetupError::NoRole(_)), "{absent}");
    let wanted = wanted(&account, caller("team/api"));
    set_up(&root, &wanted).await.unwrap();
    let checker = Checker::new(&root, wanted.scope().clone());
    let api = Principal::Role("team/api".into());
    let report = checker
        .principal(&api, &[Part::Trigger, Part::ClipInvoker])
        .await
        .unwrap();
    assert!(report.is_good(), "{report:?}");
    remove(&root, wanted.scope()).await.unwrap();
    let attached = iam
        .list_attached_role_policies()
        .role_name("api")
        .send()
        .await
        .unwrap();
    assert_eq!(attached.attached_policies(), []);
    assert!(
        iam.get_role()
            .role_name(caller_role(Compute::Ec2))
            .send()
            .await
            .is_err()
    );
}

#[tokio::test]
async fn what_one_caller_has_goes_and_what_others_have_stays() {
    let account = Account::new().await;
    let root = account.root();
    set_up(&root, &wanted(&account, CallerChoice::User))
        .await
        .unwrap();
    let mut scope = account.scope();
    scope.user = "two".to_owned();
    let two = Wanted::new(scope.clone(), CallerChoice::User);
    set_up(&root, &two).await.unwrap();
    let extent = Extent::Caller(CallerChoice::User);
    let remover = Remover::new(&root, scope, extent.clone());
    let plan = remover.plan().await.unwrap();
    let [user, policy] = plan.as_slice() else {
        panic!("{plan:?}")
    };
    assert_eq!(
        (&user.what, &user.fate),
        (&Thing::User("two".to_owned()), &Fate::Goes)
    );
    let held = Fate::InUse(format!("user {USER} has it"));
    assert_eq!(
        (&policy.what, &policy.fate),
        (&Thing::Policy(DEPLOY_POLICY), &held)
    );
    remover.apply(&plan, |_| {}).await.unwrap();
    // The last one who has it takes it along; the function's side stays.
    let remover = Remover::new(&root, account.scope(), extent);
    let plan = remover.plan().await.unwrap();
    assert!(plan.iter().all(|one| one.fate == Fate::Goes), "{plan:?}");
    remover.apply(&plan, |_| {}).await.unwrap();
    let everything = Remover::new(&root, account.scope(), Extent::Everything);
    let left = everything.plan().await.unwrap();
    let render_policy = Thing::Policy(RENDER_POLICY);
    assert!(left.iter().any(|one| one.what == render_policy), "{left:?}");
}

#[tokio::test]
async fn a_policy_goes_from_whoever_has_it_where_everything_goes() {
    let account = Account::new().await;
    let (root, iam) = (account.root(), account.root_iam());
    set_up(&root, &wanted(&account, CallerChoice::User))
        .await
        .unwrap();
    let group = iam.create_group().group_name("video");
    group.send().await.unwrap();
    let attached = iam.attach_group_policy().group_name("video");
    let attached = attached.policy_arn(account.scope().policy_arn(RENDER_POLICY));
    attached.send().await.unwrap();
    let remover = Remover::new(&root, account.scope(), Extent::Everything);
    let plan = remover.plan().await.unwrap();
    let policy = plan
        .iter()
        .find(|one| one.what == Thing::Policy(RENDER_POLICY));
    let told = policy.unwrap().to_string();
    assert!(told.contains("taken from group video"), "{told}");
    remover.apply(&plan, |_| {}).await.unwrap();
    assert_eq!(remover.plan().await.unwrap(), []);
}

#[tokio::test]
async fn a_user_in_a_group_stays_with_its_key() {
    let account = Account::new().await;
    let (root, iam) = (account.root(), account.root_iam());
    set_up(&root, &wanted(&account, CallerChoice::User))
        .await
        .unwrap();
    let group = iam.create_group().group_name("video");
    group.send().await.unwrap();
    let member = iam.add_user_to_group().group_name("video").user_name(USER);
    member.send().await.unwrap();
    remove(&root, &account.scope()).await.unwrap();
    let keys = iam.list_access_keys().user_name(USER).send().await.unwrap();
    assert_eq!(keys.access_key_metadata().len(), 1);
}
