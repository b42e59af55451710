//! No operation without a decision.

use std::sync::{Arc, OnceLock};

use http::{Method, StatusCode};
use s3s::service::S3ServiceBuilder;

use super::exchange::{Core, Exchange};
use super::operations::{NAMES, Operations};
use crate::authn::Authenticated;
use crate::authz::Authorizer;
use crate::fault::FaultPlan;
use crate::incoming::Head;
use crate::service::Service;
use crate::state::State;
use crate::storage::{Durability, ObjectStore};

/// One request for each operation: its name, what is sent, and a document where one is needed.
const REQUESTS: &[(&str, Method, &str, &str)] = &[
    (
        "AbortMultipartUpload",
        Method::DELETE,
        "/bucket/k?uploadId=u",
        "",
    ),
    (
        "CompleteMultipartUpload",
        Method::POST,
        "/bucket/k?uploadId=u",
        "<CompleteMultipartUpload><Part><ETag>e</ETag><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>",
    ),
    ("CopyObject", Method::PUT, "/bucket/k", "copy"),
    (
        "CreateMultipartUpload",
        Method::POST,
        "/bucket/k?uploads",
        "",
    ),
    ("DeleteBucket", Method::DELETE, "/bucket", ""),
    (
        "DeleteBucketEncryption",
        Method::DELETE,
        "/bucket?encryption",
        "",
    ),
    (
        "DeleteBucketLifecycle",
        Method::DELETE,
        "/bucket?lifecycle",
        "",
    ),
    (
        "DeleteBucketOwnershipControls",
        Method::DELETE,
        "/bucket?ownershipControls",
        "",
    ),
    ("DeleteBucketPolicy", Method::DELETE, "/bucket?policy", ""),
    ("DeleteObject", Method::DELETE, "/bucket/k", ""),
    (
        "DeletePublicAccessBlock",
        Method::DELETE,
        "/bucket?publicAccessBlock",
        "",
    ),
    ("GetBucketEncryption", Method::GET, "/bucket?encryption", ""),
    (
        "GetBucketLifecycleConfiguration",
        Method::GET,
        "/bucket?lifecycle",
        "",
    ),
    ("GetBucketLocation", Method::GET, "/bucket?location", ""),
    (
        "GetBucketOwnershipControls",
        Method::GET,
        "/bucket?ownershipControls",
        "",
    ),
    ("GetBucketPolicy", Method::GET, "/bucket?policy", ""),
    ("GetObject", Method::GET, "/bucket/k", ""),
    (
        "GetPublicAccessBlock",
        Method::GET,
        "/bucket?publicAccessBlock",
        "",
    ),
    ("HeadBucket", Method::HEAD, "/bucket", ""),
    ("HeadObject", Method::HEAD, "/bucket/k", ""),
    ("ListBuckets", Method::GET, "/", ""),
    ("ListMultipartUploads", Method::GET, "/bucket?uploads", ""),
    ("ListObjects", Method::GET, "/bucket", ""),
    ("ListObjectsV2", Method::GET, "/bucket?list-type=2", ""),
    ("ListParts", Method::GET, "/bucket/k?uploadId=u", ""),
    ("PutBucketAcl", Method::PUT, "/bucket?acl", ""),
    (
        "PutBucketEncryption",
        Method::PUT,
        "/bucket?encryption",
        "<ServerSideEncryptionConfiguration><Rule></Rule></ServerSideEncryptionConfiguration>",
    ),
    (
        "PutBucketLifecycleConfiguration",
        Method::PUT,
        "/bucket?lifecycle",
        "<LifecycleConfiguration><Rule><Status>Enabled</Status></Rule></LifecycleConfiguration>",
    ),
    (
        "PutBucketOwnershipControls",
        Method::PUT,
        "/bucket?ownershipControls",
        "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>",
    ),
    ("PutBucketPolicy", Method::PUT, "/bucket?policy", "{}"),
    ("PutObject", Method::PUT, "/bucket/k", "bytes"),
    (
        "PutPublicAccessBlock",
        Method::PUT,
        "/bucket?publicAccessBlock",
        "<PublicAccessBlockConfiguration></PublicAccessBlockConfiguration>",
    ),
    (
        "UploadPart",
        Method::PUT,
        "/bucket/k?partNumber=1&uploadId=u",
        "bytes",
    ),
    (
        "UploadPartCopy",
        Method::PUT,
        "/bucket/k?partNumber=1&uploadId=u",
        "copy",
    ),
    ("CreateBucket", Method::PUT, "/bucket", ""),
    (
        "DeleteObjects",
        Method::POST,
        "/bucket?delete",
        "<Delete><Object><Key>k</Key></Object></Delete>",
    ),
];

async fn core() -> (Arc<Core>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let state = State::in_memory(FaultPlan::none()).unwrap();
    let root = folder.path().to_owned();
    let store = ObjectStore::open(state, root, Durability::Volatile, FaultPlan::none())
        .await
        .unwrap();
    let account = "123456789012".parse().unwrap();
    let authorizer = Authorizer::new(account);
    (
        Arc::new(Core {
            store,
            authorizer,
            account,
        }),
        folder,
    )
}

fn request(
    core: &Arc<Core>,
    name: &str,
    method: &Method,
    target: &str,
    body: &str,
) -> s3s::HttpRequest {
    let head = Head::for_tests(method.clone(), target);
    let authenticated = Authenticated::of_nobody(Service::S3, head);
    let exchange = Exchange::new(Arc::clone(core), authenticated, Arc::new(OnceLock::new()));
    let mut request = http::Request::builder()
        .method(method)
        .uri(target)
        .header("content-length", body.len());
    if name.contains("Copy") {
        request = request.header("x-amz-copy-source", "bucket/source");
    }
    let mut request = request.body(s3s::Body::from(body.to_owned())).unwrap();
    request.extensions_mut().insert(exchange);
    request
}

#[tokio::test]
async fn without_the_hooks_every_operation_is_refused() {
    let (core, _folder) = core().await;
    let unguarded = S3ServiceBuilder::new(Operations).build();
    for (name, method, target, body) in REQUESTS {
        let answer = unguarded
            .call(request(&core, name, method, target, body))
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}");
    }
    assert!(core.store.buckets().unwrap().is_empty());
}

#[tokio::test]
async fn a_request_without_its_exchange_is_refused() {
    let (core, _folder) = core().await;
    let mut guarded = S3ServiceBuilder::new(Operations);
    guarded.set_auth(super::NoKeys);
    guarded.set_access(super::DecisionPoint);
    let guarded = guarded.build();
    for (name, method, target, body) in REQUESTS {
        let mut stray = request(&core, name, method, target, body);
        stray.extensions_mut().clear();
        let answer = guarded.call(stray).await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}");
    }
}

#[test]
fn the_requests_above_are_of_every_operation() {
    let mut asked: Vec<_> = REQUESTS.iter().map(|(name, ..)| *name).collect();
    let mut names = NAMES.to_vec();
    asked.sort_unstable();
    names.sort_unstable();
    assert_eq!(asked, names);
}

#[test]
fn every_operation_is_in_the_table_of_calls() {
    for name in NAMES {
        let call = iam::calls::call("s3", name).unwrap_or_else(|| panic!("{name} is not"));
        assert!(!call.needs.is_empty(), "{name}");
    }
}
