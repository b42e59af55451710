//! A Chrome that is missing, does not start, or dies.

use crate::{PATIENCE, SMALL, launch, open, open_watched};
use chrome::{Browser, CallError, EvaluateError, Event, LaunchError, Navigation, Options};
use std::os::unix::fs::PermissionsExt;

fn program(script: &str) -> (tempfile::TempDir, Options) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("chrome");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let options = Options {
        program: Some(program),
        ..Options::default()
    };
    (folder, options)
}

#[tokio::test]
async fn a_chrome_that_ends_at_once_says_why() {
    let (_folder, options) =
        program("echo 'error while loading shared libraries: libnss3.so' >&2; exit 127");
    let error = Browser::launch(options).await.unwrap_err();
    assert!(matches!(error, LaunchError::Ended { .. }), "{error:?}");
    assert!(
        error.to_string().contains("libnss3.so") && error.to_string().contains("exit code 127"),
        "{error}"
    );
}

#[tokio::test]
async fn a_chrome_that_is_too_old_names_the_package() {
    let answer = r#"{"id":1,"result":{"protocolVersion":"1.3","product":"HeadlessChrome/90.0.1"}}"#;
    let (_folder, options) = program(&format!("printf '%s\\0' '{answer}' >&4; exec sleep 100"));
    let error = Browser::launch(options).await.unwrap_err();
    assert!(matches!(error, LaunchError::TooOld { .. }), "{error:?}");
    assert!(
        error.to_string().contains("90.0.1")
            && error.to_string().contains("chromium-headless-shell"),
        "{error}"
    );
}

#[tokio::test]
async fn a_chrome_that_is_missing_is_named() {
    let options = Options {
        program: Some("/nonexistent/chrome".into()),
        ..Options::default()
    };
    let error = Browser::launch(options).await.unwrap_err();
    assert_eq!(error.to_string(), "no program `/nonexistent/chrome`");
    assert!(
        LaunchError::Missing
            .to_string()
            .ends_with("apt-get install chromium-headless-shell")
    );
}

#[tokio::test]
async fn a_page_that_crashes_is_told_and_the_browser_lives_on() {
    let browser = launch().await;
    let (page, mut events) = open_watched(&browser, SMALL, "").await;
    let navigation = tokio::time::timeout(PATIENCE, page.navigate("chrome://crash"))
        .await
        .unwrap();
    assert!(
        !matches!(navigation, Ok(Navigation::Committed(_))),
        "{navigation:?}"
    );
    let crashed = tokio::time::timeout(PATIENCE, async {
        while events.next().await.unwrap() != Event::Crashed {}
    });
    crashed.await.unwrap();
    let next = open(&browser, SMALL, "").await;
    assert_eq!(next.evaluate::<u32>("7").await.unwrap(), 7);
}

#[tokio::test]
async fn calls_to_a_chrome_that_died_fail() {
    let browser = launch().await;
    let (page, mut events) = open_watched(&browser, SMALL, "").await;
    let waiting = page.start("new Promise(() => {})");
    browser.kill().await;
    let error = tokio::time::timeout(PATIENCE, waiting.result::<()>())
        .await
        .unwrap()
        .unwrap_err();
    assert!(
        matches!(error, EvaluateError::Call(CallError::Gone)),
        "{error:?}"
    );
    assert_eq!(
        tokio::time::timeout(PATIENCE, async { while events.next().await.is_some() {} }).await,
        Ok(())
    );
}

#[tokio::test]
async fn nothing_of_a_browser_outlives_it() {
    let browser = launch().await;
    let _page = open(&browser, SMALL, "").await;
    let profile = std::fs::read_to_string(format!("/proc/{}/cmdline", browser.process_id()));
    assert!(profile.is_ok());
    assert!(browser.usage().unwrap().processes > 1);
    let keeper = browser.process_id();
    drop(browser);
    assert!(!std::path::Path::new(&format!("/proc/{keeper}")).exists());
}
