//! Scripts, and what a page tells.

use crate::{PATIENCE, SMALL, launch, loaded, open, open_watched};
use chrome::{EvaluateError, Event, Level, Navigation};

#[tokio::test]
async fn values_come_back_and_exceptions_keep_their_stack() {
    let browser = launch().await;
    let page = open(&browser, SMALL, "").await;
    assert_eq!(
        page.evaluate::<Vec<u32>>("Promise.resolve([1, 2])")
            .await
            .unwrap(),
        [1, 2]
    );
    assert_eq!(
        page.evaluate::<Option<u32>>("undefined").await.unwrap(),
        None
    );
    let error = page
        .evaluate::<()>("(function inner() { throw new TypeError('no') })()")
        .await
        .unwrap_err();
    let EvaluateError::Thrown(exception) = error else {
        panic!("{error:?}")
    };
    assert_eq!(exception.class, "TypeError");
    assert!(
        exception.description.contains("at inner"),
        "{}",
        exception.description
    );
    assert_eq!(exception.frames[0].function, "inner");
    let error = page
        .evaluate::<()>("Promise.reject('plain')")
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "plain");
}

#[tokio::test]
async fn scripts_run_before_the_document_s_own() {
    let browser = launch().await;
    let (page, mut events) = browser.open_page(SMALL).await.unwrap();
    page.run_on_new_document("window.first = 'ours'")
        .await
        .unwrap();
    let navigation = page
        .navigate("data:text/html,<script>window.second = window.first</script>")
        .await;
    loaded(&mut events, navigation.unwrap()).await;
    assert_eq!(page.evaluate::<String>("second").await.unwrap(), "ours");
}

#[tokio::test]
async fn the_console_and_uncaught_exceptions_are_told() {
    let browser = launch().await;
    let (page, mut events) = open_watched(&browser, SMALL, "").await;
    page.evaluate::<()>(
        "console.warn('careful', 3); void setTimeout(() => { throw new Error('late') })",
    )
    .await
    .unwrap();
    let told = tokio::time::timeout(PATIENCE, async {
        let Event::Console(message) = events.next().await.unwrap() else {
            panic!("the console comes first")
        };
        (message, events.next().await.unwrap())
    });
    let (message, thrown) = told.await.unwrap();
    assert_eq!(
        (message.level, message.arguments),
        (Level::Warning, vec!["careful".to_owned(), "3".to_owned()])
    );
    assert!(
        matches!(thrown, Event::Exception(exception) if exception.description.starts_with("Error: late"))
    );
}

#[tokio::test]
async fn a_page_that_does_not_answer_is_told() {
    let browser = launch().await;
    let (page, _events) = browser.open_page(SMALL).await.unwrap();
    // Port 9 discards; nobody listens there on this machine's loopback.
    let navigation = page.navigate("http://127.0.0.1:9/").await.unwrap();
    assert!(matches!(navigation, Navigation::Failed(text) if text.starts_with("net::ERR_")));
}

#[tokio::test]
async fn answers_of_megabytes_arrive_whole() {
    let browser = launch().await;
    let page = open(&browser, SMALL, "").await;
    let text: String = page.evaluate("'x'.repeat(5_000_000)").await.unwrap();
    assert_eq!(text.len(), 5_000_000);
    let sent = format!("'{}'.length", "y".repeat(5_000_000));
    assert_eq!(page.evaluate::<u64>(&sent).await.unwrap(), 5_000_000);
}
