//! What the store promises beyond what a map shows.

use futures_util::StreamExt as _;

use super::*;
use crate::storage::sweep::Swept;

async fn with_bucket() -> (Scratch, BucketName) {
    let scratch = Scratch::new().await;
    let name = bucket("contract");
    scratch
        .store
        .create_bucket(&permit(), Bucket::new(name.clone(), "us-east-1", now()))
        .await
        .unwrap();
    (scratch, name)
}

#[tokio::test]
async fn a_reader_finishes_the_version_that_it_began() {
    let (scratch, bucket) = with_bucket().await;
    let store = &scratch.store;
    let old: Vec<u8> = (0..700_000_u32).map(|byte| byte as u8).collect();
    put(
        store,
        &bucket,
        &key("k"),
        &old,
        WriteCondition::Unconditional,
    )
    .await
    .unwrap();
    let open = store.open_object(&bucket, &key("k")).unwrap().unwrap();
    let size = open.object().size;
    let mut pieces = std::pin::pin!(open.read(0..size));
    let mut read = pieces.next().await.unwrap().unwrap().to_vec();
    put(
        store,
        &bucket,
        &key("k"),
        b"new",
        WriteCondition::Unconditional,
    )
    .await
    .unwrap();
    store
        .delete_object(
            &permit(),
            bucket.clone(),
            key("k"),
            WriteCondition::Unconditional,
        )
        .await
        .unwrap();
    while let Some(piece) = pieces.next().await {
        read.extend_from_slice(&piece.unwrap());
    }
    assert!(
        read == old,
        "the bytes are those of the version that was opened"
    );
}

#[tokio::test]
async fn of_many_conditional_writers_one_wins() {
    let (scratch, bucket) = with_bucket().await;
    let store = &scratch.store;
    let writers = (0..16_u8).map(|writer| {
        let (store, bucket) = (store.clone(), bucket.clone());
        tokio::spawn(async move {
            put(
                &store,
                &bucket,
                &key("lease"),
                &[writer],
                WriteCondition::Absent,
            )
            .await
        })
    });
    let outcomes: Vec<_> = futures_util::future::join_all(writers).await;
    let won = outcomes
        .iter()
        .filter(|outcome| outcome.as_ref().unwrap().is_ok())
        .count();
    assert_eq!(won, 1);
    assert_eq!(scratch.files(), 1, "the losers' bytes are gone");
}

#[tokio::test]
async fn a_writer_that_goes_away_leaves_a_whole_store() {
    let (scratch, bucket) = with_bucket().await;
    let store = &scratch.store;
    put(
        store,
        &bucket,
        &key("k"),
        &[0],
        WriteCondition::Unconditional,
    )
    .await
    .unwrap();
    for round in 1..=64_u8 {
        let (name, bytes) = (key("k"), [round]);
        let writing = put(store, &bucket, &name, &bytes, WriteCondition::Unconditional);
        // Given up somewhere between staging and the answer.
        let patience = std::time::Duration::from_micros(u64::from(round) * 50);
        let answered = tokio::time::timeout(patience, writing).await.is_ok();
        let stored = get(store, &bucket, &name).await.unwrap();
        assert!(
            stored.len() == 1 && (!answered || stored == bytes),
            "{round}"
        );
    }
    put(
        store,
        &bucket,
        &key("k"),
        b"last",
        WriteCondition::Unconditional,
    )
    .await
    .unwrap();
    assert_eq!(
        get(store, &bucket, &key("k")).await.as_deref(),
        Some(&b"last"[..])
    );
}

#[tokio::test]
async fn parts_must_be_large_in_order_and_the_ones_named() {
    let (scratch, bucket) = with_bucket().await;
    let store = &scratch.store;
    let name = UploadName {
        bucket: bucket.clone(),
        key: key("k"),
        id: UploadId::unique(),
    };
    let upload = Upload {
        initiated_at: now(),
        attributes: Attributes::default(),
        algorithm: Some(Algorithm::Crc32),
        coverage: Coverage::Composite,
    };
    store
        .create_upload(&permit(), name.clone(), upload)
        .await
        .unwrap();
    let mut parts = Vec::new();
    for number in 1..=2 {
        let number = PartNumber::parse(number).unwrap();
        let stored = store
            .put_part(
                &permit(),
                name.clone(),
                number,
                content(store, b"small").await,
                now(),
            )
            .await;
        parts.push(NamedPart {
            number,
            etag: stored.unwrap().etag(),
            checksum: None,
        });
    }
    let complete = async |parts: Vec<NamedPart>| {
        let completion = Completion {
            upload: name.clone(),
            parts,
            condition: WriteCondition::Unconditional,
            size: None,
            checksum: None,
            at: now(),
        };
        store.complete_upload(&permit(), completion).await
    };
    let refusal = |outcome: Result<Object, StoreError<CompleteRefusal>>| match outcome {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    let reversed = parts.iter().rev().cloned().collect();
    assert_eq!(
        refusal(complete(reversed).await),
        CompleteRefusal::PartOrder
    );
    assert!(matches!(
        refusal(complete(parts.clone()).await),
        CompleteRefusal::PartTooSmall { size: 5, .. }
    ));
    let wrong = NamedPart {
        etag: "0".repeat(32),
        ..parts[0].clone()
    };
    assert_eq!(
        refusal(complete(vec![wrong.clone()]).await),
        CompleteRefusal::InvalidPart(wrong)
    );
    assert!(complete(parts[..1].to_vec()).await.is_ok());
    assert_eq!(scratch.files(), 1, "the part that was not named is gone");
}

#[tokio::test]
async fn a_bucket_is_deleted_when_it_is_empty() {
    let (scratch, bucket) = with_bucket().await;
    let store = &scratch.store;
    put(
        store,
        &bucket,
        &key("k"),
        b"bytes",
        WriteCondition::Unconditional,
    )
    .await
    .unwrap();
    let refused = store.delete_bucket(&permit(), bucket.clone()).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(DeleteBucketRefusal::NotEmpty))
    ));
    store
        .delete_object(
            &permit(),
            bucket.clone(),
            key("k"),
            WriteCondition::Unconditional,
        )
        .await
        .unwrap();
    store
        .delete_bucket(&permit(), bucket.clone())
        .await
        .unwrap();
    let gone = put(
        store,
        &bucket,
        &key("k"),
        b"bytes",
        WriteCondition::Unconditional,
    )
    .await;
    assert!(matches!(
        gone,
        Err(StoreError::Refused(PutRefusal::NoSuchBucket))
    ));
    assert_eq!(scratch.files(), 0);
}

#[tokio::test]
async fn a_sweep_removes_what_has_expired_and_nothing_else() {
    let (scratch, bucket) = with_bucket().await;
    let store = &scratch.store;
    for name in ["renders/a", "renders/b", "sites/a"] {
        put(
            store,
            &bucket,
            &key(name),
            b"bytes",
            WriteCondition::Unconditional,
        )
        .await
        .unwrap();
    }
    let upload = Upload {
        initiated_at: now(),
        attributes: Attributes::default(),
        algorithm: None,
        coverage: Coverage::FullObject,
    };
    let name = UploadName {
        bucket: bucket.clone(),
        key: key("renders/c"),
        id: UploadId::unique(),
    };
    store
        .create_upload(&permit(), name.clone(), upload)
        .await
        .unwrap();
    let rule = Rule {
        id: "day".to_owned(),
        enabled: true,
        filter: Filter {
            prefix: "renders/".to_owned(),
            ..Filter::default()
        },
        expiration: Some(Expiration::Days(1)),
        abort_uploads_after_days: Some(1),
    };
    store
        .update_bucket(&permit(), bucket.clone(), move |bucket| {
            bucket.lifecycle = vec![rule.clone()];
        })
        .await
        .unwrap();
    assert_eq!(
        store
            .sweep("2026-11-22T23:59:59Z".parse().unwrap(), None)
            .await
            .unwrap(),
        Swept::default()
    );
    let due = "2026-11-23T00:00:00Z".parse().unwrap();
    let elsewhere = store.sweep(due, Some("xx-nowhere-1")).await.unwrap();
    assert_eq!(elsewhere, Swept::default());
    let swept = store.sweep(due, None).await.unwrap();
    assert_eq!(
        swept,
        Swept {
            objects: 2,
            uploads: 1
        }
    );
    assert!(store.object(&bucket, &key("sites/a")).unwrap().is_some());
    assert_eq!(store.upload(&name).unwrap(), None);
    assert_eq!(scratch.files(), 1);
}
