//! A tab.

use crate::camera::{Camera, PictureFormat};
use crate::command::{
    AddScript, BeginFrame, DisposeBrowserContext, EnableInspector, EnableLog, EnablePage,
    EnableRuntime, Evaluate, Evaluated, MediaFeature, Navigate, RemoteException, SetDeviceMetrics,
    SetEmulatedMedia, SetLifecycleEvents,
};
use crate::error::CallError;
use crate::event::Event;
use crate::session::{Pending, Session};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::UnboundedReceiver;

/// The size of a page, in CSS pixels. Its pictures have as many pixels times [`Options::scale`](crate::Options::scale), rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewport {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// A tab of a [`Browser`](crate::Browser). Dropping it closes it.
#[derive(Debug)]
pub struct Page {
    session: Session,
    browser: Session,
    viewport: Viewport,
    context: String,
    controlled: bool,
}

/// What happens in a page, in order.
#[derive(Debug)]
pub struct Events(UnboundedReceiver<Event>);

impl Events {
    /// The next event. `None` when the page or Chrome is gone. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        self.0.recv().await
    }
}

/// DevTools' code for a method that this Chrome does not have.
const METHOD_NOT_FOUND: i64 = -32601;

/// What tells `Emulation.setDeviceMetricsOverride` to leave the scale that Chrome was started with.
const KEEP_SCALE: f64 = 0.0;

/// How a navigation began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Navigation {
    /// The document is coming. [`Event::Loaded`] with this name follows, or has come already.
    Committed(String),
    /// The network failed: `net::ERR_CONNECTION_REFUSED`.
    Failed(String),
}

/// A script in a page had no result.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// Chrome or the page is gone, or refused.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The script threw.
    #[error("{}", .0.description)]
    Thrown(RemoteException),
}

/// A script that is under way in a page.
pub struct Evaluation(Pending<Evaluated>);

impl Page {
    /// Turns on what a page tells, and sets its size.
    pub(crate) async fn prepare(
        session: Session,
        browser: Session,
        context: String,
        viewport: Viewport,
        controlled: bool,
    ) -> Result<(Self, Events), CallError> {
        let events = Events(session.listen());
        let metrics = SetDeviceMetrics {
            width: viewport.width,
            height: viewport.height,
            device_scale_factor: KEEP_SCALE,
            mobile: false,
        };
        // All at once: Chrome answers in order, and only the last answer is waited for long.
        let enabled = (
            session.send(&EnablePage {}),
            session.send(&SetLifecycleEvents { enabled: true }),
            session.send(&EnableRuntime {}),
            session.send(&EnableLog {}),
            session.send(&EnableInspector {}),
            session.send(&metrics),
        );
        enabled.0.reply().await?;
        enabled.1.reply().await?;
        enabled.2.reply().await?;
        enabled.3.reply().await?;
        enabled.4.reply().await?;
        enabled.5.reply().await?;
        let page = Self {
            session,
            browser,
            viewport,
            context,
            controlled,
        };
        Ok((page, events))
    }

    /// The size that the page was opened with.
    #[must_use]
    pub fn viewport(&self) -> Viewport {
        self.viewport
    }

    /// Whether the page's clock stands still between the frames of its camera.
    #[must_use]
    pub fn is_controlled(&self) -> bool {
        self.controlled
    }

    pub(crate) async fn answers_begin_frames(&self) -> Result<bool, CallError> {
        match self.session.call(&BeginFrame { screenshot: None }).await {
            Ok(_) => Ok(true),
            Err(CallError::Refused { code, .. }) if code == METHOD_NOT_FOUND => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Runs `source` in every document that the page opens from now on, before the document's own scripts.
    ///
    /// # Errors
    /// [`CallError`] if the page or Chrome is gone.
    pub async fn run_on_new_document(&self, source: &str) -> Result<(), CallError> {
        self.session.call(&AddScript { source }).await
    }

    /// Makes the page believe that the user prefers dark colours.
    ///
    /// # Errors
    /// [`CallError`] if the page or Chrome is gone.
    pub async fn prefer_dark(&self) -> Result<(), CallError> {
        let features = &[MediaFeature {
            name: "prefers-color-scheme",
            value: "dark",
        }];
        self.session
            .call(&SetEmulatedMedia {
                media: "screen",
                features,
            })
            .await
    }

    /// Opens `url`.
    ///
    /// # Errors
    /// [`CallError`] if the page or Chrome is gone.
    pub async fn navigate(&self, url: &str) -> Result<Navigation, CallError> {
        let navigated = self.session.call(&Navigate { url }).await?;
        Ok(match navigated.error_text.filter(|text| !text.is_empty()) {
            Some(error) => Navigation::Failed(error),
            None => Navigation::Committed(navigated.loader_id.unwrap_or_default()),
        })
    }

    /// Runs an expression, waits for it if it is a promise, and reads what it comes to.
    ///
    /// # Errors
    /// [`EvaluateError::Thrown`] if the script throws or the promise is rejected.
    pub async fn evaluate<T: DeserializeOwned>(
        &self,
        expression: &str,
    ) -> Result<T, EvaluateError> {
        self.start(expression).result().await
    }

    /// Starts an expression without waiting for it.
    #[must_use]
    pub fn start(&self, expression: &str) -> Evaluation {
        Evaluation(self.session.send(&Evaluate {
            expression,
            await_promise: true,
            return_by_value: true,
            user_gesture: true,
        }))
    }

    /// A camera for this page.
    #[must_use]
    pub fn camera(&self, format: PictureFormat) -> Camera {
        Camera::new(self.session.clone(), self.viewport, self.controlled, format)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // Takes the page with it. Nobody waits for the answer, and a Chrome that is gone needs no telling.
        drop(self.browser.send(&DisposeBrowserContext {
            browser_context_id: &self.context,
        }));
    }
}

impl Evaluation {
    /// Waits for the expression. What has no JSON form (`undefined`, a function) reads as `null`.
    ///
    /// # Errors
    /// [`EvaluateError::Thrown`] if the script throws or the promise is rejected.
    pub async fn result<T: DeserializeOwned>(self) -> Result<T, EvaluateError> {
        let evaluated = self.0.reply().await?;
        if let Some(details) = evaluated.exception_details {
            return Err(EvaluateError::Thrown(details.into()));
        }
        let json = evaluated
            .result
            .value
            .as_deref()
            .map_or("null", |value| value.get());
        serde_json::from_str(json).map_err(|source| {
            EvaluateError::Call(CallError::Malformed {
                method: "Runtime.evaluate",
                source,
            })
        })
    }
}
