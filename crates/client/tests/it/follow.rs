//! Following renders: what is told, and what is done about silence.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use client::credentials::AssumedRole;
use client::{Client, Event, FollowError, FollowOptions};
use futures_util::StreamExt as _;
use protocol::error_info::ErrorInfo;
use protocol::progress::{PostRenderData, Progress, RenderMetadata, Retry};
use protocol::state::Leadership;
use protocol::{BucketName, ChunkIndex, RenderId};
use serde_json::json;

use crate::service::{Answer, FUNCTION, Seen, Service, To, installation};

/// Impatient in everything, so that nothing waits.
const HASTY: FollowOptions = FollowOptions {
    interval: Duration::from_millis(1),
    silence: Duration::from_secs(3600),
    give_up: Duration::from_secs(7200),
    unreachable: Duration::ZERO,
};

fn now_unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("1970");
    u64::try_from(now.as_millis()).expect("this century")
}

fn metadata() -> RenderMetadata {
    serde_json::from_value(json!({
        "type": "video", "imageFormat": "jpeg", "frameRange": [0, 99], "everyNthFrame": 1,
        "codec": "h264", "siteId": "site", "startedDate": 1000, "totalChunks": 4,
        "estimatedTotalLambdaInvokations": 5, "estimatedRenderLambdaInvokations": 4,
        "compositionId": "Title", "audioCodec": null, "inputProps": {"type": "payload", "payload": "{}"},
        "framesPerLambda": 25, "memorySizeInMb": 2048, "functionName": FUNCTION,
        "rendererFunctionName": FUNCTION, "lambdaVersion": "4.0.527", "region": "us-east-1",
        "renderId": "r1", "privacy": "private", "deleteAfter": null,
        "downloadBehavior": {"type": "play-in-browser"},
        "dimensions": {"width": 1280, "height": 720}, "scale": 1
    }))
    .expect("metadata")
}

/// A render that has captured `frames`, alive now.
fn progress(frames: u32) -> Progress {
    Progress {
        render_metadata: Some(metadata()),
        frames_rendered: frames,
        framewright: Some(Leadership {
            heartbeat_unix_ms: now_unix_ms(),
            sequence: u64::from(frames),
            invocations: 7,
            ..Leadership::default()
        }),
        ..Progress::initial(now_unix_ms(), now_unix_ms() + 900_000)
    }
}

fn finished() -> Progress {
    let post: PostRenderData = serde_json::from_value(json!({
        "cost": {"estimatedCost": 0.002, "estimatedDisplayCost": "$0.002", "currency": "USD", "disclaimer": "d"},
        "outputFile": "https://s3.us-east-1.amazonaws.com/b/renders/r1/out.mp4", "outputSize": 4096,
        "renderSize": 4096, "timeToFinish": 10_000, "timeToRenderFrames": 8000, "errors": [],
        "startTime": 1000, "endTime": 11_000, "filesCleanedUp": 0, "timeToEncode": 8000,
        "timeToCleanUp": 0, "timeToRenderChunks": 8000, "retriesInfo": [],
        "mostExpensiveFrameRanges": [], "estimatedBillingDurationInMilliseconds": 8000,
        "deleteAfter": null, "timeToCombine": 100, "artifactProgress": []
    }))
    .expect("a result");
    Progress {
        post_render_data: Some(post),
        ..progress(100)
    }
}

fn error(chunk: u32, will_retry: bool) -> ErrorInfo {
    serde_json::from_value(json!({
        "type": "renderer", "message": format!("composition `Title`, frame 30, chunk {chunk}: boom"),
        "name": "Error", "stack": "Error: boom\n    at Title (Title.tsx:3:9)", "frame": 30,
        "chunk": chunk, "isFatal": !will_retry, "attempt": 1, "willRetry": will_retry,
        "totalAttempts": 2, "tmpDir": null
    }))
    .expect("an error")
}

fn document(progress: &Progress) -> Answer {
    Answer::ok(serde_json::to_string(progress).expect("JSON"))
}

/// The answer of the function's `status`.
fn status_of(progress: &Progress) -> Answer {
    let id: RenderId = "r1".parse().expect("an id");
    let bucket = BucketName::from("b");
    let context = protocol::status::StatusContext {
        render_id: &id,
        bucket: &bucket,
        region: "us-east-1",
        now_unix_ms: now_unix_ms(),
        size: protocol::price::FunctionSize {
            memory_mib: 2048,
            disk_mib: 10240,
            architecture: protocol::price::Architecture::X86_64,
        },
    };
    let status = protocol::status::status(progress, context).expect("a video");
    Answer::ok(serde_json::to_string(&status).expect("JSON"))
}

/// Everything that a follower tells, by name, and how it ends.
async fn follow(client: &Client, options: FollowOptions) -> (Vec<String>, Option<FollowError>) {
    let render = client.render("r1".parse().expect("an id"));
    let mut events = std::pin::pin!(render.follow(options));
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => told.push(name(&event)),
            Err(error) => {
                assert!(events.next().await.is_none());
                return (told, Some(error));
            }
        }
    }
    (told, None)
}

fn name(event: &Event) -> String {
    match event {
        Event::Planned(plan) => format!(
            "planned {} {} frames {} chunks {}x{}",
            plan.composition, plan.frames, plan.chunks, plan.width, plan.height
        ),
        Event::Advanced(seen) => format!("advanced {}", seen.frames_rendered),
        Event::Retrying(retry) => format!("retrying {}", retry.chunk),
        Event::Warning(warning) => {
            format!("warning {:?}", warning.error.chunk.map(|chunk| chunk.0))
        }
        Event::Throttled => "throttled".into(),
        Event::TakenUp { .. } => "taken up".into(),
        Event::Finished(outcome) => format!(
            "finished {}/{} {} bytes {} invocations {} {} fps",
            outcome.output.bucket,
            outcome.output.key,
            outcome.size,
            outcome.invocations,
            outcome.cost.display,
            outcome.frames_per_second()
        ),
        other => panic!("{other:?}"),
    }
}

const PLANNED: &str = "planned Title 100 frames 4 chunks 1280x720";
const FINISHED: &str = "finished remotionlambda-useast1-abc123def4/renders/r1/out.mp4 4096 bytes \
                        7 invocations $0.002 10 fps";

#[tokio::test]
async fn a_render_is_told_from_its_documents_each_thing_once() {
    let service = Service::start(|seen| {
        assert_eq!(
            seen.path,
            "/remotionlambda-useast1-abc123def4/renders/r1/progress.json"
        );
        document(&match seen.number {
            0 => Progress::initial(now_unix_ms(), 0),
            1 => progress(10),
            2 => {
                let mut throttled = progress(10);
                throttled.framewright.as_mut().expect("a leader").throttled = true;
                throttled.errors.push(error(1, true));
                throttled
            }
            3 => {
                let mut retried = progress(30);
                retried.errors.push(error(1, true));
                let (chunk, attempt, time) = (ChunkIndex(1), 2, 0);
                retried.retries.push(Retry {
                    chunk,
                    attempt,
                    time,
                });
                retried
            }
            _ => finished(),
        })
    })
    .await;
    let (told, failure) = follow(&service.client(), HASTY).await;
    assert!(failure.is_none(), "{failure:?}");
    assert_eq!(
        told,
        [
            "advanced 0",
            PLANNED,
            "advanced 10",
            "warning Some(1)",
            "throttled",
            "retrying 1",
            "advanced 30",
            "advanced 100",
            FINISHED,
        ]
    );
}

#[tokio::test]
async fn a_failed_render_names_composition_frame_chunk_and_stack() {
    let service = Service::start(|_| {
        let mut failed = progress(20);
        failed.errors = vec![error(0, true), error(1, false)];
        document(&failed)
    })
    .await;
    let (_, failure) = follow(&service.client(), HASTY).await;
    let Some(FollowError::Failed(failure)) = failure else {
        panic!("{failure:?}");
    };
    assert_eq!(
        failure.to_string(),
        "composition `Title`, frame 30, chunk 1: boom"
    );
    assert_eq!(failure.composition.as_deref(), Some("Title"));
    let error = &failure.error.error;
    assert_eq!((error.frame, error.chunk), (Some(30), Some(ChunkIndex(1))));
    assert!(error.stack.contains("Title.tsx:3:9"));
    assert_eq!(failure.earlier.len(), 1);
}

#[tokio::test]
async fn where_the_bucket_is_closed_the_function_is_asked() {
    let mut service = Service::start(|seen| match seen.to {
        To::S3 => Answer::xml_error(403, "AccessDenied"),
        _ => status_of(&finished()),
    })
    .await;
    let (told, failure) = follow(&service.client(), HASTY).await;
    assert!(failure.is_none(), "{failure:?}");
    assert_eq!(told.first().map(String::as_str), Some(PLANNED));
    assert!(
        told.last()
            .is_some_and(|last| last.starts_with("finished b/renders/r1/out.mp4"))
    );
    let seen = service.seen(To::Lambda);
    assert_eq!(seen[0].json()["type"], "status");
}

/// A render that shows life only after its status was asked for.
fn dead_until_asked(asked: &std::sync::atomic::AtomicBool, seen: &Seen, dead: &Progress) -> Answer {
    use std::sync::atomic::Ordering;
    match seen.to {
        To::Lambda => {
            asked.store(true, Ordering::SeqCst);
            status_of(dead)
        }
        _ if asked.load(Ordering::SeqCst) => document(&finished()),
        _ => document(dead),
    }
}

#[tokio::test]
async fn a_silent_render_is_taken_up_again() {
    let asked = std::sync::atomic::AtomicBool::new(false);
    let dead = progress(40);
    let mut service = Service::start(move |seen| dead_until_asked(&asked, seen, &dead)).await;
    let options = FollowOptions {
        silence: Duration::from_millis(30),
        ..HASTY
    };
    let (told, failure) = follow(&service.client(), options).await;
    assert!(failure.is_none(), "{failure:?}");
    assert_eq!(
        told,
        [PLANNED, "advanced 40", "taken up", "advanced 100", FINISHED]
    );
    assert_eq!(service.seen(To::Lambda).len(), 1);
}

#[tokio::test]
async fn a_render_that_was_left_long_ago_is_taken_up_at_once() {
    let asked = std::sync::atomic::AtomicBool::new(false);
    let mut left = progress(40);
    left.function_launched = 0;
    left.framewright
        .as_mut()
        .expect("a leader")
        .heartbeat_unix_ms = now_unix_ms() - 4_000_000;
    let mut service = Service::start(move |seen| dead_until_asked(&asked, seen, &left)).await;
    let (told, failure) = follow(&service.client(), HASTY).await;
    assert!(failure.is_none(), "{failure:?}");
    assert_eq!(told[2], "taken up");
    let seen: Vec<_> = service.seen_all().iter().map(|seen| seen.to).collect();
    assert_eq!(seen[..2], [To::S3, To::Lambda]);
}

#[tokio::test]
async fn a_render_that_nobody_can_wake_is_given_up() {
    let dead = progress(40);
    let service = Service::start(move |seen| match seen.to {
        To::Lambda => status_of(&dead),
        _ => document(&dead),
    })
    .await;
    let options = FollowOptions {
        silence: Duration::from_millis(20),
        give_up: Duration::from_millis(60),
        ..HASTY
    };
    let (told, failure) = follow(&service.client(), options).await;
    assert!(told.contains(&"taken up".to_owned()));
    assert!(
        matches!(failure, Some(FollowError::Stalled { .. })),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_render_that_is_not_there_is_unknown() {
    let mut service = Service::start(|_| Answer::xml_error(404, "NoSuchKey")).await;
    let (told, failure) = follow(&service.client(), HASTY).await;
    assert_eq!(told, [""; 0]);
    assert_eq!(
        failure.expect("an error").to_string(),
        "there is no render `r1`"
    );
    assert_eq!(service.seen(To::S3).len(), 3);
}

#[tokio::test]
async fn a_cloud_that_is_gone_is_told_as_such() {
    let service = Service::start(|_| Answer::xml_error(503, "SlowDown")).await;
    let (_, failure) = follow(&service.client(), HASTY).await;
    assert!(failure.is_none() || matches!(failure, Some(FollowError::Unreachable { .. })));
    assert!(failure.is_some());
}

#[tokio::test]
async fn keys_that_have_expired_are_renewed_in_between() {
    let mut service = Service::start(|seen| match (seen.to, seen.number) {
        (To::Sts, _) => Answer::ok(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId>\
             <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
             <Expiration>2099-01-01T00:00:00Z</Expiration>\
             </Credentials></AssumeRoleResult></AssumeRoleResponse>",
        ),
        (_, 1) => Answer::xml_error(400, "ExpiredToken"),
        (_, 0) => document(&progress(10)),
        _ => document(&finished()),
    })
    .await;
    let role = AssumedRole::assume(&service.config(), "arn:aws:iam::1:role/r", "s", None).await;
    let client = Client::as_role(&role.expect("assumed"), installation());
    let (told, failure) = follow(&client, HASTY).await;
    assert!(failure.is_none(), "{failure:?}");
    assert_eq!(told.last().map(String::as_str), Some(FINISHED));
    assert_eq!(service.seen(To::Sts).len(), 2);
}

#[tokio::test]
async fn a_document_of_something_else_is_malformed() {
    let service = Service::start(|_| Answer::ok("<html>")).await;
    let (_, failure) = follow(&service.client(), HASTY).await;
    assert!(
        matches!(failure, Some(FollowError::Malformed(_))),
        "{failure:?}"
    );
}
