//! A real Chrome.

#![expect(clippy::unwrap_used, reason = "a failing helper fails its test")]

mod capture;
mod failure;
mod page;

use chrome::{Browser, Event, Events, Navigation, Options, Page, Viewport};
use std::time::Duration;

/// Far more than anything here takes; a test that needs it fails.
const PATIENCE: Duration = Duration::from_secs(30);

async fn launch() -> Browser {
    Browser::launch(Options::default()).await.unwrap()
}

/// Waits until the document of `navigation` is loaded.
async fn loaded(events: &mut Events, navigation: Navigation) {
    let Navigation::Committed(document) = navigation else {
        panic!("{navigation:?}")
    };
    let loaded = async { while events.next().await.unwrap() != Event::Loaded(document.clone()) {} };
    tokio::time::timeout(PATIENCE, loaded).await.unwrap();
}

/// Opens a page that shows `html`, and waits until it is loaded.
async fn open(browser: &Browser, viewport: Viewport, html: &str) -> Page {
    open_watched(browser, viewport, html).await.0
}

async fn open_watched(browser: &Browser, viewport: Viewport, html: &str) -> (Page, Events) {
    let (page, mut events) = browser.open_page(viewport).await.unwrap();
    let bytes: String = html.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let navigation = page.navigate(&format!("data:text/html,{bytes}")).await;
    loaded(&mut events, navigation.unwrap()).await;
    (page, events)
}

const SMALL: Viewport = Viewport {
    width: 320,
    height: 180,
};
