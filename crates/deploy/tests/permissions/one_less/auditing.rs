//! How it shows that an auditor sees less.

use deploy::calls::Part;
use deploy::denials;
use deploy::permissions::RENDER_POLICY;
use deploy::permissions::check::{Checker, Mark, Principal, Report};

use super::place::{Caller, Failed, Place, USER};

const NOTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;

/// Whether it is as the table says of a right that is missing; nothing where the table says it of nobody who audits.
pub(super) async fn is_worse(
    place: &Place,
    caller: &Caller,
    how: &str,
) -> Result<Option<bool>, Failed> {
    if how == "denials are not found; their messages can be pasted" {
        return Ok(Some(denials::recent(&caller.config, 1, 1).await.is_err()));
    }
    let sees: fn(&Report) -> bool = match how {
        "decisions are computed from the policies that may be read" => |report| report.is_simulated,
        "policies of users are not checked"
        | "policies of groups are not checked"
        | "policies of roles are not checked"
        | "trust and boundary are not checked"
        | "managed policies are not checked for drift" => |report| {
            let mut findings = report.findings.iter();
            findings.all(|finding| finding.mark != Mark::NotChecked)
        },
        _ => return Ok(None),
    };
    give_policies_of_every_kind(place).await;
    let checker = Checker::new(&caller.config, super::scope());
    let user = Principal::User(USER.to_owned());
    let of_user = checker.principal(&user, &[Part::Trigger]).await?;
    let of_role = checker.render_role().await?;
    Ok(Some(!sees(&of_user) || !sees(&of_role)))
}

/// Inline and attached ones, of the user, of its group and of the role.
async fn give_policies_of_every_kind(place: &Place) {
    let iam = aws_sdk_iam::Client::new(&place.root().await.config);
    let scope = super::scope();
    let group = iam.create_group().group_name("video");
    group.send().await.unwrap();
    let member = iam.add_user_to_group().group_name("video").user_name(USER);
    member.send().await.unwrap();
    let inline = iam.put_group_policy().group_name("video").policy_name("g");
    inline.policy_document(NOTHING).send().await.unwrap();
    let attached = iam.attach_group_policy().group_name("video");
    let attached = attached.policy_arn(scope.policy_arn(RENDER_POLICY));
    attached.send().await.unwrap();
    let inline = iam.put_user_policy().user_name(USER).policy_name("u");
    inline.policy_document(NOTHING).send().await.unwrap();
    let inline = iam.put_role_policy().role_name(&scope.render_role);
    let inline = inline.policy_name("r").policy_document(NOTHING);
    inline.send().await.unwrap();
}
