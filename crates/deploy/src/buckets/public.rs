//! Public mode: a bucket policy by which everybody may read sites and outputs.

use protocol::BucketName;
use serde_json::{Value, json};

use super::settings::undisturbed;
use crate::account::Account;
use crate::call::{self, CallFailed};
use crate::change::Change;

const SID: &str = "FramewrightPublicRead";

/// Allows everybody to read sites and outputs. Statements of others in the bucket's policy stay.
///
/// Documents of renders, which hold input props, are not among what may be read.
pub(super) async fn allow(
    account: &Account,
    bucket: &BucketName,
    changes: &mut Vec<Change>,
) -> Result<(), CallFailed> {
    let get = account.s3.get_bucket_policy().bucket(bucket.as_str());
    let found = match get.send().await {
        Ok(found) => found
            .policy()
            .and_then(|text| serde_json::from_str(text).ok()),
        Err(error)
            if call::code(&error) == Some("NoSuchBucketPolicy") || call::is_denied(&error) =>
        {
            None
        }
        Err(error) => return Err(CallFailed::of("read the bucket's policy")(error)),
    };
    let wanted = with_statement(found.clone(), statement(&account.partition, bucket));
    if found.as_ref() == Some(&wanted) {
        return Ok(());
    }
    let put = account
        .s3
        .put_bucket_policy()
        .bucket(bucket.as_str())
        .policy(wanted.to_string());
    undisturbed(|| put.clone().send())
        .await
        .map_err(CallFailed::of("let everybody read the bucket's sites"))?;
    changes.push(Change::new(
        format!("bucket {bucket}"),
        "public policy written",
    ));
    Ok(())
}

fn statement(partition: &str, bucket: &BucketName) -> Value {
    let objects = |keys: &str| format!("arn:{partition}:s3:::{bucket}/{keys}");
    json!({
        "Sid": SID,
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": [objects("sites/*"), objects("renders/*/out.*")],
    })
}

/// The policy with our statement in place of what stood under its Sid.
fn with_statement(policy: Option<Value>, ours: Value) -> Value {
    let mut policy = policy.unwrap_or_else(|| json!({ "Version": "2012-10-17" }));
    let mut statements = match policy["Statement"].take() {
        Value::Array(statements) => statements,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    match statements.iter_mut().find(|one| one["Sid"] == SID) {
        Some(present) => *present = ours,
        None => statements.push(ours),
    }
    policy["Statement"] = Value::Array(statements);
    policy
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{statement, with_statement};

    #[test]
    fn statements_of_others_stay_and_ours_is_there_once() {
        let ours = statement("aws", &"remotionlambda-useast1-abcdefghij".into());
        let theirs = json!({ "Version": "2012-10-17", "Statement": { "Sid": "Theirs" } });
        let both = with_statement(Some(theirs), ours.clone());
        assert_eq!(both["Statement"][0]["Sid"], "Theirs");
        assert_eq!(both["Statement"][1], ours);
        assert_eq!(with_statement(Some(both.clone()), ours), both);
    }

    #[test]
    fn input_props_are_not_public() {
        let ours = statement("aws", &"b".into());
        assert_eq!(
            ours["Resource"],
            json!(["arn:aws:s3:::b/sites/*", "arn:aws:s3:::b/renders/*/out.*"])
        );
    }
}
