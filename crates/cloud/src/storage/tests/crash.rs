//! A process that is killed between any two steps loses nothing that it acknowledged.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::Command;

use super::*;
use crate::fault::FaultPoint;

/// Where the child finds its folder, and the point and time at which it dies.
const FOLDER: &str = "FRAMEWRIGHT_TEST_CRASH_FOLDER";
const POINT: &str = "FRAMEWRIGHT_TEST_CRASH_POINT";

const POINTS: [FaultPoint; 3] = [
    FaultPoint::AfterObjectBytes,
    FaultPoint::BeforeCommit,
    FaultPoint::AfterCommit,
];

/// What the child does, one after the other.
const STEPS: u32 = 14;

fn key_of(step: u32) -> String {
    format!("k{}", step % 4)
}

fn bytes_of(step: u32) -> Vec<u8> {
    step.to_string().repeat(5000).into_bytes()
}

/// What is stored under a key after a step.
fn outcome_of(step: u32) -> Option<Vec<u8>> {
    (step % 5 != 4).then(|| bytes_of(step))
}

async fn open(folder: &Path, faults: FaultPlan) -> ObjectStore {
    let state = State::open(&folder.join("state.redb"), faults.clone()).unwrap();
    ObjectStore::open(state, folder.join("objects"), Durability::Synced, faults)
        .await
        .unwrap()
}

async fn perform(store: &ObjectStore, bucket: &BucketName, step: u32) {
    let key = key(&key_of(step));
    if outcome_of(step).is_none() {
        store
            .delete_object(
                &permit(),
                bucket.clone(),
                key,
                WriteCondition::Unconditional,
            )
            .await
            .unwrap();
    } else if step % 6 == 5 {
        let name = UploadName {
            bucket: bucket.clone(),
            key,
            id: UploadId::unique(),
        };
        let upload = Upload {
            initiated_at: now(),
            attributes: Attributes::default(),
            algorithm: None,
            coverage: Coverage::FullObject,
        };
        store
            .create_upload(&permit(), name.clone(), upload)
            .await
            .unwrap();
        let number = PartNumber::parse(1).unwrap();
        let content = content(store, &bytes_of(step)).await;
        let part = store
            .put_part(&permit(), name.clone(), number, content, now())
            .await
            .unwrap();
        let completion = Completion {
            upload: name,
            parts: vec![NamedPart {
                number,
                etag: part.etag(),
                checksum: None,
            }],
            condition: WriteCondition::Unconditional,
            size: None,
            checksum: None,
            at: now(),
        };
        store.complete_upload(&permit(), completion).await.unwrap();
    } else {
        put(
            store,
            bucket,
            &key,
            &bytes_of(step),
            WriteCondition::Unconditional,
        )
        .await
        .unwrap();
    }
}

/// The child: says when it begins a step and when that is acknowledged, until it is killed.
async fn live_until_killed(folder: &Path) {
    let (point, nth) = {
        let text = std::env::var(POINT).unwrap();
        let (point, nth) = text.split_once(' ').unwrap();
        (
            POINTS[point.parse::<usize>().unwrap()],
            nth.parse().unwrap(),
        )
    };
    let bucket = bucket("crash");
    let quiet = open(folder, FaultPlan::none()).await;
    quiet
        .create_bucket(&permit(), Bucket::new(bucket.clone(), "us-east-1", now()))
        .await
        .unwrap();
    quiet.state().close().await;
    let mut said = std::fs::File::create(folder.join("said")).unwrap();
    let store = open(folder, FaultPlan::kill_at([(point, nth)])).await;
    for step in 0..STEPS {
        writeln!(said, "begun {step}").unwrap();
        perform(&store, &bucket, step).await;
        writeln!(said, "acknowledged {step}").unwrap();
    }
}

/// What must be stored, and the step whose outcome is open.
fn expected(said: &str) -> (BTreeMap<String, Vec<u8>>, Option<u32>) {
    let mut stored = BTreeMap::new();
    let mut open = None;
    for line in said.lines() {
        let (word, step) = line.split_once(' ').unwrap();
        let step: u32 = step.parse().unwrap();
        if word == "begun" {
            open = Some(step);
            continue;
        }
        open = None;
        match outcome_of(step) {
            Some(bytes) => drop(stored.insert(key_of(step), bytes)),
            None => drop(stored.remove(&key_of(step))),
        }
    }
    (stored, open)
}

async fn check(folder: &Path, context: &str) {
    let store = open(folder, FaultPlan::none()).await;
    let bucket = bucket("crash");
    let (stored, open) = expected(&std::fs::read_to_string(folder.join("said")).unwrap());
    let mut objects = 0;
    for name in (0..4).map(key_of) {
        let found = get(&store, &bucket, &key(&name)).await;
        objects += usize::from(found.is_some());
        let undecided = open.filter(|step| key_of(*step) == name).map(outcome_of);
        let right = found.as_ref() == stored.get(&name) || undecided == Some(found);
        assert!(
            right,
            "{context}: {name} is what was acknowledged, or what was asked last"
        );
    }
    let all = Listing {
        limit: 100,
        ..Listing::default()
    };
    let mut parts = 0;
    for entry in store.uploads(&bucket, &all, None).unwrap().entries {
        if let Entry::Item { item: (id, _), .. } = entry {
            parts += store.parts(&id, 0, 100).unwrap().0.len();
        }
    }
    assert_eq!(
        files(&folder.join("objects")),
        objects + parts,
        "{context}: no file is left that nothing names"
    );
    store.state().close().await;
}

#[tokio::test]
async fn nothing_acknowledged_is_lost() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return live_until_killed(&PathBuf::from(folder)).await;
    }
    let mut killed = 0;
    for (point, name) in POINTS.iter().enumerate() {
        for nth in [1, 3, 5, 8] {
            let folder = tempfile::tempdir().unwrap();
            let status = Command::new(std::env::current_exe().unwrap())
                .args([
                    "--exact",
                    "storage::tests::crash::nothing_acknowledged_is_lost",
                ])
                .env(FOLDER, folder.path())
                .env(POINT, format!("{point} {nth}"))
                .stdout(std::process::Stdio::null())
                .status()
                .unwrap();
            let context = format!("{name:?} for the time {nth}");
            assert!(
                status.success() || status.signal() == Some(9),
                "{context}: {status}"
            );
            killed += usize::from(status.signal() == Some(9));
            check(folder.path(), &context).await;
        }
    }
    assert!(killed >= 10, "only {killed} were killed");
}
