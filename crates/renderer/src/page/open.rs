//! Opening a bundle's page, and making sure that it is one.

use crate::error::{PageError, PageException};
use crate::event::Event;
use crate::page::globals::{self, PageRole};
use crate::page::guard::{Failure, Guard};
use crate::page::source_map::{self, RawSourceMap, SourceMap};
use crate::request::{PageRequest, Scale, ServeUrl};
use crate::server::Server;
use chrome::{Browser, Camera, EvaluateError, Navigation, Page, PictureFormat, Viewport};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

/// The version of the page protocol that is understood, as bundles state it.
const SITE_VERSIONS: [&str; 2] = ["11", "10"];

/// How long a page that is asked what it waits for may take to answer.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How often an address that does not answer is tried.
const NAVIGATIONS: u32 = 3;

/// How long between two of them.
const NAVIGATION_PAUSE: Duration = Duration::from_secs(2);

/// How long a page that does nothing by itself is left alone between two frames.
const FRAME_PAUSE: Duration = Duration::from_millis(4);

/// A bundle's page that is up.
pub(crate) struct OpenPage {
    pub(crate) page: Page,
    pub(crate) camera: Camera,
    pub(crate) guard: Guard,
    pub(crate) timeout: Duration,
}

/// What the document tells about itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    status: u16,
    is_bundle: bool,
    site_version: Option<String>,
    beginning: String,
}

const INSPECT: &str = "({\
    status: performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0,\
    isBundle: typeof window.getStaticCompositions === 'function',\
    siteVersion: window.siteVersion === undefined ? null : String(window.siteVersion),\
    beginning: (document.body?.innerHTML ?? '').slice(0, 500)})";

/// Opens the page of a request in a new tab.
pub(crate) async fn open(
    browser: &Browser,
    server: &Server,
    request: &PageRequest,
    role: PageRole,
    view: (Viewport, PictureFormat),
    outward: &UnboundedSender<Event>,
) -> Result<OpenPage, PageError> {
    let timeout = request.timeout;
    let deadline = Instant::now() + timeout;
    let url = page_url(request, server);
    let failed = |failure: Failure| failure.into_error(None, timeout, Vec::new());
    let call_failed = |error: chrome::CallError| failed(error.into());
    let (page, events) = browser.open_page(view.0).await.map_err(call_failed)?;
    let mut guard = Guard::new(events, outward.clone());
    if request.chromium_options.dark_mode == Some(true) {
        page.prefer_dark().await.map_err(call_failed)?;
    }
    page.run_on_new_document(&globals::first_script(request, role))
        .await
        .map_err(call_failed)?;
    let document = load(&page, &mut guard, &url, deadline)
        .await
        .map_err(|error| match error {
            LoadError::Unreachable(reason) => PageError::Unreachable {
                url: url.clone(),
                reason,
            },
            LoadError::Failed(failure) => failed(failure),
        })?;
    check(document, url)?;
    let camera = page.camera(view.1);
    Ok(OpenPage {
        page,
        camera,
        guard,
        timeout,
    })
}

enum LoadError {
    Unreachable(String),
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for LoadError {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

async fn load(
    page: &Page,
    guard: &mut Guard,
    url: &str,
    deadline: Instant,
) -> Result<Document, LoadError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let reason = match guard.during(deadline, page.navigate(url)).await? {
            Navigation::Failed(reason) => reason,
            Navigation::Committed(document) => {
                guard.loaded(&document, deadline).await?;
                let document: Document = guard.during(deadline, page.evaluate(INSPECT)).await?;
                match document.status {
                    500..=504 => format!("it answered with status {}", document.status),
                    _ => return Ok(document),
                }
            }
        };
        if attempts == NAVIGATIONS || !is_momentary(&reason) {
            return Err(LoadError::Unreachable(reason));
        }
        tokio::time::sleep(NAVIGATION_PAUSE).await;
    }
}

fn is_momentary(reason: &str) -> bool {
    [
        "status 50",
        "ERR_CONNECTION_RESET",
        "ERR_CONNECTION_TIMED_OUT",
        "ERR_NETWORK_CHANGED",
    ]
    .iter()
    .any(|known| reason.contains(known))
}

fn check(document: Document, url: String) -> Result<(), PageError> {
    if !document.is_bundle {
        return Err(PageError::NotABundle {
            url,
            beginning: document.beginning,
        });
    }
    let found = document.site_version.unwrap_or_else(|| "none".to_owned());
    if !SITE_VERSIONS.contains(&found.as_str()) {
        return Err(PageError::Incompatible { found });
    }
    Ok(())
}

/// The address of a request's page.
fn page_url(request: &PageRequest, server: &Server) -> String {
    match &request.site {
        ServeUrl::Private { name, .. } => server.page_url(name),
        ServeUrl::Public(url) => {
            let url = url.split(['?', '#']).next().unwrap_or(url);
            if url.ends_with("index.html") {
                url.to_owned()
            } else {
                format!("{}/index.html", url.trim_end_matches('/'))
            }
        }
    }
}

impl OpenPage {
    /// Runs a script that may take a while, and lets the page draw meanwhile: what it awaits may need an animation frame.
    pub(crate) async fn run<T: DeserializeOwned>(&mut self, script: &str) -> Result<T, Failure> {
        let deadline = Instant::now() + self.timeout;
        let Self {
            page,
            camera,
            guard,
            ..
        } = self;
        let script = page.start(script).result::<T>();
        let drawn = async {
            let mut script = std::pin::pin!(script);
            loop {
                tokio::select! {
                    biased;
                    result = &mut script => return result,
                    () = tokio::time::sleep(FRAME_PAUSE) => {
                        camera.draw().await.map_err(EvaluateError::Call)?;
                    }
                }
            }
        };
        guard.during(deadline, drawn).await
    }

    /// Waits until the page has nothing open, letting it draw as often as it needs.
    pub(crate) async fn ready(&mut self, frame: Option<u32>) -> Result<(), PageError> {
        let deadline = Instant::now() + self.timeout;
        loop {
            let state = match self.wait_once(deadline).await {
                Ok(state) => state,
                Err(failure) => return Err(self.error(failure, frame).await),
            };
            match state {
                State::Ready => return Ok(()),
                State::Waiting => {}
                State::Cancelled { stack } => {
                    let failure = Failure::Threw(PageException::from_stack(&stack));
                    return Err(self.error(failure, frame).await);
                }
            }
        }
    }

    async fn wait_once(&mut self, deadline: Instant) -> Result<State, Failure> {
        let Self {
            page,
            camera,
            guard,
            ..
        } = self;
        guard.during(deadline, camera.draw()).await?;
        guard
            .during(deadline, page.evaluate::<State>("framewright.wait(4)"))
            .await?;
        guard
            .during(deadline, page.evaluate("framewright.complete()"))
            .await
    }

    /// Turns a failure into an error, with what the page still tells about it: the handles that are open where it did not
    /// become ready, and for an exception the components around it and the sources of its stack.
    pub(crate) async fn error(&mut self, failure: Failure, frame: Option<u32>) -> PageError {
        let deadline = Instant::now() + LAST_WORDS;
        let mut open = Vec::new();
        let failure = match failure {
            Failure::TimedOut => {
                let asked = self.page.evaluate::<Vec<String>>("framewright.open()");
                // A page in an endless loop cannot say; the error then has no labels.
                open = self.guard.during(deadline, asked).await.unwrap_or_default();
                Failure::TimedOut
            }
            Failure::Threw(exception) => Failure::Threw(self.explain(exception, deadline).await),
            failure => failure,
        };
        failure.into_error(frame, self.timeout, open)
    }

    /// Adds what can still be learnt. Each part is left as it is where the page does not tell.
    pub(crate) async fn explain(
        &mut self,
        mut exception: PageException,
        deadline: Instant,
    ) -> PageException {
        let components = format!(
            "framewright.components({})",
            globals::json(&exception.stack)
        );
        if let Ok(chain) = self.ask(&components, deadline).await {
            exception.component_stack = chain;
        }
        let stack = exception.stack.clone();
        for script in source_map::scripts(&stack) {
            let fetch = format!("framewright.sourceMap({})", globals::json(script));
            let map: Result<Option<RawSourceMap>, Failure> = self.ask(&fetch, deadline).await;
            if let Some(map) = map.ok().flatten().and_then(SourceMap::decode) {
                exception.stack = source_map::traced(&exception.stack, script, &map);
            }
        }
        exception
    }

    async fn ask<T: DeserializeOwned>(
        &mut self,
        script: &str,
        deadline: Instant,
    ) -> Result<T, Failure> {
        loop {
            match self
                .guard
                .during(deadline, self.page.evaluate(script))
                .await
            {
                // More exceptions may follow from the first; they are not what was asked for.
                Err(Failure::Threw(_)) => {}
                answer => return answer,
            }
        }
    }
}

/// What the page's driver answers.
#[derive(Debug, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub(crate) enum State {
    Ready,
    Waiting,
    Cancelled { stack: String },
}

/// The largest size up to `width` × `height` whose pictures have even sides, as h264 needs.
pub(crate) fn even_size(width: u32, height: u32, scale: Scale) -> (u32, u32) {
    let even = |size: u32| {
        (1..=size)
            .rev()
            .find(|size| ((f64::from(*size) * scale.get()).round() as u64).is_multiple_of(2))
            .unwrap_or(size)
    };
    (even(width), even(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_become_even() {
        assert_eq!(even_size(1280, 720, Scale::default()), (1280, 720));
        assert_eq!(even_size(1281, 721, Scale::default()), (1280, 720));
        assert_eq!(even_size(1281, 721, Scale::new(2.0).unwrap()), (1281, 721));
        assert_eq!(even_size(1281, 721, Scale::new(0.5).unwrap()), (1280, 720));
        assert_eq!(even_size(1, 1, Scale::default()), (1, 1));
    }
}
