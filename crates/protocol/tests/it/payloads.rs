//! Payloads as clients in five languages send them.

use protocol::SerializedInputProps;
use protocol::payload::{Chunking, Payload, Start};
use protocol::settings::{Codec, DownloadBehavior, OutName, RequestedFrames};
use serde_json::{Value, json};

fn start(payload: &Value) -> Start {
    match Payload::parse(payload.to_string().as_bytes()).unwrap() {
        Payload::Start(start) => *start,
        other => panic!("{other:?}"),
    }
}

/// What the Node client sends where the caller names nothing but the composition.
fn node() -> Value {
    serde_json::from_str(
        r#"{
        "type": "start", "enableCancellation": false, "rendererFunctionName": null, "framesPerLambda": null,
        "concurrency": null, "composition": "Hold", "serveUrl": "demo",
        "inputProps": {"type": "payload", "payload": "{}"}, "codec": "h264", "imageFormat": "jpeg", "crf": null,
        "envVariables": {}, "pixelFormat": null, "proResProfile": null, "x264Preset": null, "gopSize": null,
        "jpegQuality": 80, "maxRetries": 1, "privacy": "public", "logLevel": "info", "frameRange": null,
        "outName": null, "timeoutInMilliseconds": 30000, "chromiumOptions": {}, "scale": 1, "everyNthFrame": 1,
        "numberOfGifLoops": null, "concurrencyPerLambda": 1, "downloadBehavior": {"type": "play-in-browser"},
        "muted": false, "version": "4.0.527", "overwrite": false, "audioBitrate": null, "videoBitrate": null,
        "encodingBufferSize": null, "encodingMaxRate": null, "webhook": null, "forceHeight": null,
        "forceWidth": null, "forceFps": null, "forceDurationInFrames": null, "bucketName": null,
        "audioCodec": null, "offthreadVideoCacheSizeInBytes": null, "deleteAfter": null, "colorSpace": null,
        "preferLossless": false, "forcePathStyle": false, "metadata": null, "licenseKey": null,
        "offthreadVideoThreads": null, "mediaCacheSizeInBytes": null, "storageClass": null,
        "isProduction": null, "sampleRate": 48000
    }"#,
    )
    .unwrap()
}

#[test]
fn the_node_client_s_defaults_are_ours() {
    let mut ours = Start::new("Hold", "demo");
    ours.privacy = protocol::settings::Privacy::Public;
    assert_eq!(start(&node()), ours);
}

#[test]
fn what_is_written_is_read_again_with_the_type_first() {
    let payload = Payload::Start(Box::new(Start::new("Hold", "demo")));
    let json = serde_json::to_string(&payload).unwrap();
    assert!(json.starts_with(r#"{"type":"start","#), "{json}");
    assert_eq!(Payload::parse(json.as_bytes()).unwrap(), payload);
}

#[test]
fn the_least_that_a_client_may_send() {
    let start =
        start(&json!({"type": "start", "composition": "Hold", "serveUrl": "s", "codec": "h264"}));
    assert_eq!(
        (start.codec, start.timeout_in_milliseconds),
        (Codec::H264, 30_000)
    );
    assert_eq!(start.input_props, SerializedInputProps::default());
    assert!(start.version.is_none() && start.framewright.is_none());
}

#[test]
fn other_languages_write_empty_arrays_nulls_and_old_names() {
    let mut payload = node();
    let fields = payload.as_object_mut().unwrap();
    for (name, value) in [
        ("envVariables", json!([])),
        ("metadata", json!([])),
        ("chromiumOptions", json!([])),
        ("downloadBehavior", json!(null)),
        ("numberOfGifLoops", json!(0)),
        ("gopSize", json!(0)),
        ("preferLossless", json!(null)),
        ("dumpBrowserLogs", json!(true)),
        ("apiKey", json!("x")),
        ("quality", json!(70)),
        ("output", json!({"type": "sequence"})),
    ] {
        fields.insert(name.into(), value);
    }
    fields.shift_remove("jpegQuality");
    let start = start(&payload);
    assert!(start.env_variables.is_empty() && start.metadata.is_empty());
    assert_eq!(start.download_behavior, DownloadBehavior::PlayInBrowser);
    assert_eq!(
        (start.gop_size, start.jpeg_quality, start.quality),
        (None, None, Some(70))
    );
}

#[test]
fn ranges_names_and_the_extension() {
    let mut payload = node();
    let fields = payload.as_object_mut().unwrap();
    fields.insert("frameRange".into(), json!([10, null]));
    fields.insert(
        "outName".into(),
        json!({"bucketName": "other", "key": "a/b.mp4", "s3OutputProvider": null}),
    );
    fields.insert(
        "framewright".into(),
        json!({"rendererConcurrency": 2, "chunking": "even", "later": 1}),
    );
    let start = start(&payload);
    assert_eq!(start.frame_range, Some(RequestedFrames::Range(10, None)));
    let Some(OutName::Object {
        bucket_name,
        key,
        s3_output_provider: None,
    }) = start.out_name
    else {
        panic!("{:?}", start.out_name);
    };
    assert_eq!((bucket_name.as_str(), key.as_str()), ("other", "a/b.mp4"));
    let extension = start.framewright.unwrap();
    assert_eq!(extension.renderer_concurrency.unwrap().get(), 2);
    assert_eq!(extension.chunking, Chunking::Even);
}

#[test]
fn the_function_s_own_payloads() {
    let renderer = json!({
        "type": "renderer", "bucketName": "b", "renderId": "abc", "chunk": 3, "part": 0, "attempt": 1,
        "frameRange": [60, 79], "epoch": 1, "progressEveryNthFrame": 5
    });
    let Payload::Renderer(renderer) = Payload::parse(renderer.to_string().as_bytes()).unwrap()
    else {
        panic!("{renderer}");
    };
    assert_eq!(
        (
            renderer.chunk.0,
            renderer.frame_range.count(std::num::NonZeroU32::MIN)
        ),
        (3, 20)
    );
    for wrong in [
        json!({"type": "launch", "bucketName": "b", "renderId": "../x"}),
        json!({"type": "launch", "bucketName": "b"}),
        json!({"type": "start", "composition": "Hold", "serveUrl": "s", "codec": "av2"}),
    ] {
        assert!(
            Payload::parse(wrong.to_string().as_bytes()).is_err(),
            "{wrong}"
        );
    }
}
