//! Signed requests that could be read in two ways, and signatures that do not hold. Each is checked
//! by what the cloud holds afterwards.

use std::time::{Duration, SystemTime};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{TestCloud, allow, credentials};
use crate::raw::Raw;

async fn users(cloud: &TestCloud) -> Vec<String> {
    let listed = cloud.iam().list_users().send().await.unwrap();
    listed
        .users
        .into_iter()
        .map(|user| user.user_name)
        .collect()
}

#[tokio::test]
async fn a_signed_form_is_carried_out() {
    let cloud = TestCloud::start().await;
    let raw = Raw::form("Action=CreateUser&Version=2010-05-08&UserName=eve");
    let answer = raw.signed(&cloud, &cloud.root(), "iam").send(&cloud).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(users(&cloud).await, ["administrator", "eve"]);
}

#[tokio::test]
async fn an_action_has_one_spelling_and_one_place() {
    let cloud = TestCloud::start().await;
    let root = cloud.root();
    for body in [
        "Action=ListUsers&Action=CreateUser&Version=2010-05-08&UserName=eve",
        "Action=CreateUser&Action=ListUsers&Version=2010-05-08&UserName=eve",
        "Action=ListUsers&%41ction=CreateUser&Version=2010-05-08&UserName=eve",
        "Action=createuser&Version=2010-05-08&UserName=eve",
        "Action=iam:CreateUser&Version=2010-05-08&UserName=eve",
        "action=CreateUser&Version=2010-05-08&UserName=eve",
        "Action=CreateUser%00&Version=2010-05-08&UserName=eve",
        "Version=2010-05-08&UserName=eve",
    ] {
        let answer = Raw::form(body)
            .signed(&cloud, &root, "iam")
            .send(&cloud)
            .await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
    }
    let mut both = Raw::form("Action=ListUsers&Version=2010-05-08");
    both.target = "/?Action=CreateUser&UserName=eve&Version=2010-05-08".into();
    let answer = both.signed(&cloud, &root, "iam").send(&cloud).await;
    assert_eq!(answer.code(), "MalformedQueryString", "{}", answer.text);
    assert_eq!(users(&cloud).await, ["administrator"]);
}

#[tokio::test]
async fn a_signature_is_for_one_service() {
    let cloud = TestCloud::start().await;
    let body = "Action=CreateUser&Version=2010-05-08&UserName=eve";
    // What a signature for STS asks for is asked of STS.
    let answer = Raw::form(body)
        .signed(&cloud, &cloud.root(), "sts")
        .send(&cloud)
        .await;
    assert_eq!(answer.code(), "InvalidAction", "{}", answer.text);
    let answer = Raw::form(body)
        .signed(&cloud, &cloud.root(), "ec2")
        .send(&cloud)
        .await;
    assert_eq!(answer.status, 501, "{}", answer.text);
    // A marker of another protocol changes nothing.
    let marked = Raw::form("Action=ListUsers&Version=2010-05-08")
        .header("x-amz-target", "Framewright.Prune")
        .signed(&cloud, &cloud.root(), "iam")
        .send(&cloud)
        .await;
    assert!(marked.text.contains("<ListUsersResult>"), "{}", marked.text);
    // The target of one service under the signature of another.
    let forged = Raw::form("{}")
        .header("x-amz-target", "Framewright.Prune")
        .signed(&cloud, &cloud.root(), "cloudtrail")
        .send(&cloud)
        .await;
    assert!(
        forged.text.contains("UnknownOperationException"),
        "{}",
        forged.text
    );
    assert_eq!(users(&cloud).await, ["administrator"]);
}

#[tokio::test]
async fn what_was_signed_is_what_is_carried_out() {
    let cloud = TestCloud::start().await;
    let root = cloud.root();
    let signed = Raw::form("Action=ListUsers&Version=2010-05-08").signed(&cloud, &root, "iam");
    let other_body = Raw {
        body: b"Action=CreateUser&Version=2010-05-08&UserName=eve".to_vec(),
        ..signed.clone()
    };
    let other_path = Raw {
        target: "/x".into(),
        ..signed.clone()
    };
    let other_method = Raw {
        method: "PUT",
        ..signed.clone()
    };
    let unsigned_target = signed.clone().header("x-amz-target", "Framewright.Prune");
    let mut other_key = signed.clone();
    for (name, value) in &mut other_key.headers {
        if name == "authorization" {
            *value = value.replace("Signature=", "Signature=00")[..value.len()].to_owned();
        }
    }
    for forged in [
        other_body,
        other_path,
        other_method,
        unsigned_target,
        other_key,
    ] {
        let answer = forged.send(&cloud).await;
        assert_eq!(answer.status, 403, "{forged:?}: {}", answer.text);
        assert_eq!(answer.code(), "SignatureDoesNotMatch");
    }
    assert_eq!(signed.send(&cloud).await.status, 200);
    assert_eq!(users(&cloud).await, ["administrator"]);
}

#[tokio::test]
async fn keys_times_and_regions_are_told_apart() {
    let cloud = TestCloud::start().await;
    let root = cloud.root();
    let list = || Raw::form("Action=ListUsers&Version=2010-05-08");
    let unsigned = list().send(&cloud).await;
    assert_eq!(
        (unsigned.status, unsigned.code()),
        (403, "MissingAuthenticationToken")
    );
    let unknown = credentials("AKIAABCDEFGHIJKLMNOP", "secret", None);
    let answer = list().signed(&cloud, &unknown, "iam").send(&cloud).await;
    assert_eq!(answer.code(), "InvalidClientTokenId");
    let wrong = credentials(root.access_key_id(), "wrong", None);
    let answer = list().signed(&cloud, &wrong, "iam").send(&cloud).await;
    assert_eq!(answer.code(), "SignatureDoesNotMatch");
    for (at, text) in [
        (
            SystemTime::now() - Duration::from_secs(16 * 60),
            "Signature expired: ",
        ),
        (
            SystemTime::now() + Duration::from_secs(16 * 60),
            "Signature not yet current: ",
        ),
    ] {
        let answer = list()
            .signed_in(&cloud, &root, "iam", "us-east-1", at)
            .send(&cloud)
            .await;
        assert_eq!(answer.code(), "SignatureDoesNotMatch");
        assert!(
            answer.between("<Message>", "</Message>").starts_with(text),
            "{}",
            answer.text
        );
    }
    let answer = list()
        .signed_in(&cloud, &root, "iam", "eu-south-2", SystemTime::now())
        .send(&cloud)
        .await;
    assert_eq!(
        answer.between("<Message>", "</Message>"),
        "Credential should be scoped to a valid region. "
    );
    let answer = Raw::get("/")
        .signed_in(&cloud, &root, "s3", "eu-south-2", SystemTime::now())
        .send(&cloud)
        .await;
    assert_eq!(answer.code(), "AuthorizationHeaderMalformed");
    assert_eq!(answer.between("<Region>", "</Region>"), "us-east-1");
}

#[tokio::test]
async fn a_token_is_for_one_key() {
    let cloud = TestCloud::start().await;
    let root = cloud.root();
    let list = || Raw::form("Action=ListUsers&Version=2010-05-08");
    // A long-term key has no token.
    let with_token = credentials(
        root.access_key_id(),
        root.secret_access_key(),
        Some("AAAA".into()),
    );
    let answer = list().signed(&cloud, &with_token, "iam").send(&cloud).await;
    assert_eq!(answer.code(), "InvalidClientTokenId", "{}", answer.text);
    let made_up = credentials("ASIAABCDEFGHIJKLMNOP", "secret", Some("QUFB".repeat(40)));
    let answer = list().signed(&cloud, &made_up, "iam").send(&cloud).await;
    assert_eq!(answer.code(), "InvalidClientTokenId", "{}", answer.text);
}

#[tokio::test]
async fn a_refused_upload_is_read_as_a_refusal() {
    let cloud = TestCloud::start().await;
    let nobody = cloud.user("nobody", &allow(r#""iam:GetUser""#, "*")).await;
    let upload = Raw {
        method: "PUT",
        target: "/some-bucket/key".into(),
        headers: Vec::new(),
        // More than the buffers of both sockets hold.
        body: vec![7; 12 * 1024 * 1024],
    };
    let answer = upload.signed(&cloud, &nobody, "s3").send(&cloud).await;
    assert!(
        answer.text.starts_with("HTTP/1.1 4"),
        "{}",
        &answer.text[..answer.text.len().min(300)]
    );
    assert!(answer.text.contains("<Error>"));
}

#[tokio::test]
async fn a_refused_upload_that_waits_is_never_asked_for() {
    let cloud = TestCloud::start().await;
    let unknown = credentials("AKIAABCDEFGHIJKLMNOP", "secret", None);
    let upload = Raw {
        method: "PUT",
        target: "/some-bucket/key".into(),
        headers: vec![("expect".into(), "100-continue".into())],
        body: vec![7; 100_000],
    }
    .signed(&cloud, &unknown, "s3");
    let mut stream = TcpStream::connect(cloud.endpoint().trim_start_matches("http://"))
        .await
        .unwrap();
    let mut head = String::from("PUT /some-bucket/key HTTP/1.1\r\ncontent-length: 100000\r\n");
    for (name, value) in &upload.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer[..read]);
    assert!(text.starts_with("HTTP/1.1 403"), "{text}");
    assert!(!text.contains("100 Continue"));
}
