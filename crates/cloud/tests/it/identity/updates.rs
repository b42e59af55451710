//! What changes of users and roles themselves.

use super::{bare_user, role};
use crate::harness::{TestCloud, refusal};

#[tokio::test]
async fn a_renamed_user_stays_the_same_user() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    let key = bare_user(&cloud, "before").await;
    bare_user(&cloud, "taken").await;
    iam.create_group().group_name("g").send().await.unwrap();
    let add = iam.add_user_to_group().group_name("g");
    add.user_name("before").send().await.unwrap();
    let rename = iam.update_user().user_name("before");
    let taken = rename.clone().new_user_name("Taken").send().await;
    assert_eq!(refusal(taken).0, "EntityAlreadyExists");
    let rename = rename.new_user_name("after").new_path("/p/");
    rename.send().await.unwrap();
    let caller = cloud.sts_as(key).get_caller_identity().send().await;
    assert_eq!(
        caller.unwrap().arn.as_deref(),
        Some("arn:aws:iam::123456789012:user/p/after")
    );
    let group = iam.get_group().group_name("g").send().await.unwrap();
    assert_eq!(group.users[0].user_name, "after");
    let gone = refusal(iam.get_user().user_name("before").send().await);
    assert_eq!(gone.0, "NoSuchEntity");
}

#[tokio::test]
async fn description_and_session_length_of_a_role_can_change() {
    let cloud = TestCloud::start().await;
    let iam = cloud.iam();
    role(&cloud, "r").await;
    let update = iam.update_role().role_name("r").max_session_duration(7200);
    update.send().await.unwrap();
    let describe = iam.update_role_description().role_name("r");
    let described = describe.description("new").send().await.unwrap();
    assert_eq!(described.role.unwrap().description(), Some("new"));
    let shown = iam.get_role().role_name("r").send().await.unwrap();
    let shown = shown.role.unwrap();
    assert_eq!(shown.max_session_duration(), Some(7200));
    assert_eq!(shown.description(), Some("new"));
    let short = iam.update_role().role_name("r").max_session_duration(60);
    assert_eq!(refusal(short.send().await).0, "ValidationError");
}
