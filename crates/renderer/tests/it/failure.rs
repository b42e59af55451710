//! Pages that fail, and a Chrome that dies.

use crate::{Bench, PATIENCE};
use renderer::{ChunkError, Event, PageError};
use std::fs;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn an_exception_is_told_with_frame_source_and_components() {
    let mut bench = Bench::new().await;
    let request = bench.request("Broken", 28, 35).await;
    let error = bench.render(&request).await.unwrap_err();
    let ChunkError::Page(PageError::Exception { frame, exception }) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(*frame, Some(30));
    assert_eq!(
        error.to_string(),
        "frame 30: Error: the fuse blew on frame 30"
    );
    assert!(
        exception.stack.contains("at Fuse (./src/Broken.tsx:"),
        "{}",
        exception.stack
    );
    let components: Vec<&str> = exception.component_stack.lines().collect();
    assert_eq!(components[0], "    at Fuse");
    assert!(
        components.contains(&"    at Broken"),
        "{}",
        exception.component_stack
    );
    // The next render of the same renderer is not disturbed.
    let request = bench.request("Broken", 0, 3).await;
    assert_eq!(bench.render(&request).await.unwrap().video.frames, 4);
}

#[tokio::test]
async fn a_page_that_is_never_ready_names_what_it_waits_for() {
    let mut bench = Bench::new().await;
    let mut request = bench.request("Never", 0, 3).await;
    request.page.timeout = Duration::from_secs(7);
    let error = bench.render(&request).await.unwrap_err();
    let ChunkError::Page(PageError::NeverReady { open_handles, .. }) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(open_handles, &["waiting for data that never comes"]);
}

#[tokio::test]
async fn the_deadline_ends_a_chunk() {
    let mut bench = Bench::new().await;
    let mut request = bench.request("Never", 0, 3).await;
    request.deadline = Instant::now() + Duration::from_millis(1500);
    let error = bench.render(&request).await.unwrap_err();
    let told = matches!(error, ChunkError::Deadline { frames: 0 });
    // ffmpeg has the same deadline, and may be the first to end.
    assert!(told || matches!(error, ChunkError::Encode(_)), "{error:?}");
}

#[tokio::test]
async fn a_chrome_that_is_killed_is_replaced_and_no_frame_is_lost() {
    let mut bench = Bench::new().await;
    let request = bench.request("Chart", 0, 20).await;
    let Bench {
        renderer,
        events,
        received,
        ..
    } = &mut bench;
    let mut restarted = 0;
    let killing = async {
        while let Some(event) = received.recv().await {
            match event {
                Event::FrameCaptured { captured: 5, .. } => kill_chrome(),
                Event::ChromeRestarted { .. } => restarted += 1,
                _ => {}
            }
        }
    };
    let stop = CancellationToken::new();
    let chunk = tokio::select! {
        chunk = renderer.chunk(&request, events, &stop) => chunk.unwrap(),
        () = killing => unreachable!(),
    };
    assert_eq!(restarted, 1);
    assert_eq!((chunk.frames, chunk.video.frames), (request.frames, 21));
}

#[tokio::test]
async fn a_cancelled_chunk_leaves_a_renderer_that_works() {
    let mut bench = Bench::new().await;
    let request = bench.request("Chart", 0, 200).await;
    let cancelled = tokio::time::timeout(Duration::from_secs(2), bench.render(&request)).await;
    assert!(cancelled.is_err());
    let request = bench.request("Hold", 0, 3).await;
    let chunk = tokio::time::timeout(PATIENCE, bench.render(&request))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(chunk.video.frames, 4);
}

/// Kills the Chrome that is a descendant of this test: by its command line, which names the profile.
fn kill_chrome() {
    let mut killed = 0;
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<i32>().ok())
        else {
            continue;
        };
        let command = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        if command.contains("--remote-debugging-pipe") && descends_from_us(pid) {
            let status = std::process::Command::new("kill")
                .args(["-KILL", &pid.to_string()])
                .status();
            killed += i32::from(status.unwrap().success());
        }
    }
    assert!(killed > 0, "no Chrome to kill");
}

fn descends_from_us(mut pid: i32) -> bool {
    let us = i32::try_from(std::process::id()).unwrap();
    while pid > 1 {
        if pid == us {
            return true;
        }
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let Some((_, rest)) = stat.rsplit_once(')') else {
            return false;
        };
        pid = rest
            .split_whitespace()
            .nth(1)
            .and_then(|parent| parent.parse().ok())
            .unwrap_or(0);
    }
    false
}
