//! Random changes to the store and to a map; both must show the same afterwards.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

/// Few enough names that changes meet, with delimiters and a text that begins like another.
const KEYS: [&str; 9] = [
    "a",
    "a/",
    "a/b",
    "a/b/c",
    "a/c",
    "ab",
    "b/é",
    "b/\u{10FFFF}",
    "c",
];

#[derive(Debug, Clone)]
enum Step {
    Put {
        key: usize,
        bytes: Vec<u8>,
        condition: Condition,
    },
    Delete {
        key: usize,
    },
    DeleteSeveral {
        keys: Vec<usize>,
    },
    Upload {
        key: usize,
        parts: Vec<Vec<u8>>,
        complete: bool,
    },
    Read {
        key: usize,
        from: u64,
        length: u64,
    },
    List {
        prefix: usize,
        after: Option<usize>,
        delimiter: bool,
        limit: usize,
    },
}

#[derive(Debug, Clone)]
enum Condition {
    None,
    Absent,
    Matches { etag_of: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0..KEYS.len();
    let bytes = || proptest::collection::vec(any::<u8>(), 0..40);
    let condition = prop_oneof![
        3 => Just(Condition::None),
        1 => Just(Condition::Absent),
        1 => (0..KEYS.len()).prop_map(|etag_of| Condition::Matches { etag_of }),
    ];
    prop_oneof![
        4 => (key.clone(), bytes(), condition).prop_map(|(key, bytes, condition)| Step::Put { key, bytes, condition }),
        1 => key.clone().prop_map(|key| Step::Delete { key }),
        1 => proptest::collection::vec(key.clone(), 0..4).prop_map(|keys| Step::DeleteSeveral { keys }),
        1 => (key.clone(), proptest::collection::vec(bytes(), 1..2), any::<bool>())
            .prop_map(|(key, parts, complete)| Step::Upload { key, parts, complete }),
        2 => (key.clone(), 0..50_u64, 0..50_u64).prop_map(|(key, from, length)| Step::Read { key, from, length }),
        3 => (0..=KEYS.len(), proptest::option::of(key), any::<bool>(), 0..6_usize)
            .prop_map(|(prefix, after, delimiter, limit)| Step::List { prefix, after, delimiter, limit }),
    ]
}

#[derive(Default)]
struct Model {
    objects: BTreeMap<String, (Vec<u8>, String)>,
}

impl Model {
    /// Whether a write under `condition` goes ahead.
    fn admits(&self, key: &str, condition: &WriteCondition) -> bool {
        match condition {
            WriteCondition::Unconditional => true,
            WriteCondition::Absent => !self.objects.contains_key(key),
            WriteCondition::Matches(etag) => self
                .objects
                .get(key)
                .is_some_and(|(_, current)| current == etag),
        }
    }

    /// The page by the definition: every name rolled up, then filtered, then cut.
    fn list(&self, listing: &Listing) -> (Vec<String>, bool) {
        let mut names: Vec<String> = self
            .objects
            .keys()
            .filter(|key| key.starts_with(&listing.prefix))
            .map(|key| match &listing.delimiter {
                Some(delimiter) => match key[listing.prefix.len()..].find(delimiter) {
                    Some(at) => key[..listing.prefix.len() + at + delimiter.len()].to_owned(),
                    None => key.clone(),
                },
                None => key.clone(),
            })
            .filter(|name| listing.after.as_ref().is_none_or(|after| name > after))
            .collect();
        names.dedup();
        let truncated = listing.limit > 0 && names.len() > listing.limit;
        names.truncate(listing.limit);
        (names, truncated)
    }
}

async fn run(steps: Vec<Step>) {
    let scratch = Scratch::new().await;
    let store = &scratch.store;
    let bucket = bucket("model");
    store
        .create_bucket(&permit(), Bucket::new(bucket.clone(), "us-east-1", now()))
        .await
        .unwrap();
    let mut model = Model::default();
    for step in steps {
        apply(store, &bucket, &mut model, step).await;
    }
    for (name, (bytes, etag)) in &model.objects {
        assert_eq!(
            get(store, &bucket, &key(name)).await.as_ref(),
            Some(bytes),
            "{name}"
        );
        assert_eq!(
            &store.object(&bucket, &key(name)).unwrap().unwrap().etag,
            etag,
            "{name}"
        );
    }
    let under_way = store
        .uploads(
            &bucket,
            &Listing {
                limit: 1000,
                ..Listing::default()
            },
            None,
        )
        .unwrap();
    for entry in under_way.entries {
        if let Entry::Item { key, item: (id, _) } = entry {
            let name = UploadName {
                bucket: bucket.clone(),
                key,
                id,
            };
            store.abort_upload(&permit(), name).await.unwrap();
        }
    }
    assert_eq!(
        scratch.files(),
        model.objects.len(),
        "no file is left of what was replaced, deleted or aborted"
    );
}

async fn apply(store: &ObjectStore, bucket: &BucketName, model: &mut Model, step: Step) {
    match step {
        Step::Put {
            key: at,
            bytes,
            condition,
        } => {
            let condition = match condition {
                Condition::None => WriteCondition::Unconditional,
                Condition::Absent => WriteCondition::Absent,
                Condition::Matches { etag_of } => {
                    let etag = model
                        .objects
                        .get(KEYS[etag_of])
                        .map(|(_, etag)| etag.clone());
                    WriteCondition::Matches(etag.unwrap_or_else(|| "none".to_owned()))
                }
            };
            let done = put(store, bucket, &key(KEYS[at]), &bytes, condition.clone()).await;
            assert_eq!(
                done.is_ok(),
                model.admits(KEYS[at], &condition),
                "{condition:?}"
            );
            if let Ok(object) = done {
                model
                    .objects
                    .insert(KEYS[at].to_owned(), (bytes, object.etag));
            }
        }
        Step::Delete { key: at } => {
            let condition = WriteCondition::Unconditional;
            store
                .delete_object(&permit(), bucket.clone(), key(KEYS[at]), condition)
                .await
                .unwrap();
            model.objects.remove(KEYS[at]);
        }
        Step::DeleteSeveral { keys } => {
            let names = keys.iter().map(|at| key(KEYS[*at])).collect();
            store
                .delete_objects(&permit(), bucket.clone(), names)
                .await
                .unwrap();
            keys.iter()
                .for_each(|at| drop(model.objects.remove(KEYS[*at])));
        }
        Step::Upload {
            key: at,
            parts,
            complete,
        } => {
            let bytes = parts.concat();
            if let Some(object) = upload(store, bucket, KEYS[at], parts, complete).await {
                assert!(object.etag.ends_with("-1"));
                model
                    .objects
                    .insert(KEYS[at].to_owned(), (bytes, object.etag));
            }
        }
        Step::Read {
            key: at,
            from,
            length,
        } => {
            let open = store.open_object(bucket, &key(KEYS[at])).unwrap();
            let expected = model.objects.get(KEYS[at]).map(|(bytes, _)| bytes.clone());
            assert_eq!(open.is_some(), expected.is_some());
            if let (Some(open), Some(bytes)) = (open, expected) {
                let size = open.object().size;
                let (from, to) = (from.min(size), (from + length).min(size));
                assert_eq!(
                    read(open, from..to).await,
                    bytes[from as usize..to as usize]
                );
            }
        }
        Step::List {
            prefix,
            after,
            delimiter,
            limit,
        } => {
            let listing = Listing {
                prefix: KEYS
                    .get(prefix)
                    .map(|prefix| (*prefix).to_owned())
                    .unwrap_or_default(),
                delimiter: delimiter.then(|| "/".to_owned()),
                after: after.map(|after| KEYS[after].to_owned()),
                limit,
            };
            let page = store.list(bucket.clone(), listing.clone()).await.unwrap();
            let names: Vec<String> = page
                .entries
                .iter()
                .map(|entry| entry.name().to_owned())
                .collect();
            assert_eq!((names, page.truncated), model.list(&listing), "{listing:?}");
        }
    }
}

async fn read(open: OpenObject, range: std::ops::Range<u64>) -> Vec<u8> {
    use futures_util::TryStreamExt as _;
    let pieces: Vec<bytes::Bytes> = open.read(range).try_collect().await.unwrap();
    pieces.concat()
}

async fn upload(
    store: &ObjectStore,
    bucket: &BucketName,
    name: &str,
    parts: Vec<Vec<u8>>,
    complete: bool,
) -> Option<Object> {
    let upload = UploadName {
        bucket: bucket.clone(),
        key: key(name),
        id: UploadId::unique(),
    };
    let begun = Upload {
        initiated_at: now(),
        attributes: Attributes::default(),
        algorithm: None,
        coverage: Coverage::FullObject,
    };
    store
        .create_upload(&permit(), upload.clone(), begun)
        .await
        .unwrap();
    let mut named = Vec::new();
    for (index, bytes) in parts.iter().enumerate() {
        let number = PartNumber::parse(index as i64 + 1).unwrap();
        let content = content(store, bytes).await;
        let part = store
            .put_part(&permit(), upload.clone(), number, content, now())
            .await
            .unwrap();
        named.push(NamedPart {
            number,
            etag: part.etag(),
            checksum: None,
        });
    }
    if !complete {
        return None;
    }
    let completion = || Completion {
        upload: upload.clone(),
        parts: named.clone(),
        condition: WriteCondition::Unconditional,
        size: None,
        checksum: None,
        at: now(),
    };
    let object = store
        .complete_upload(&permit(), completion())
        .await
        .unwrap();
    let again = store
        .complete_upload(&permit(), completion())
        .await
        .unwrap();
    assert_eq!(object, again, "a repeated completion gives the same object");
    Some(object)
}

#[test]
fn the_store_shows_what_a_map_shows() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(Config {
        cases: 48,
        failure_persistence: None,
        ..Config::default()
    });
    let steps = proptest::collection::vec(step(), 1..40);
    runner
        .run(&steps, |steps| {
            runtime.block_on(run(steps));
            Ok(())
        })
        .unwrap();
}
