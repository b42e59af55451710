//! The programs behind a renderer: started ahead, kept, and started anew when they are gone or wanted otherwise.

use chrome::{Browser, Graphics, LaunchError, Options};
use media::{Ffmpeg, LocateError};
use protocol::settings::ChromiumOptions;
use std::path::PathBuf;
use std::time::Instant;
use tokio_util::task::AbortOnDropHandle;

/// The one Chrome of a renderer.
#[derive(Debug)]
pub(crate) enum Chrome {
    /// Not started, or ended.
    Absent,
    /// On its way.
    Starting(Box<Starting>),
    Running(Box<Browser>),
}

/// A Chrome on its way.
#[derive(Debug)]
pub(crate) struct Starting {
    options: Options,
    launch: AbortOnDropHandle<Result<Browser, LaunchError>>,
}

impl Chrome {
    /// Starts a Chrome without waiting for it.
    pub(crate) fn start(options: Options) -> Self {
        let launch = tokio::spawn(launched(options.clone()));
        Self::Starting(Box::new(Starting {
            options,
            launch: AbortOnDropHandle::new(launch),
        }))
    }

    /// The running Chrome, started as `wanted`. One that was started otherwise is ended first.
    pub(crate) async fn running(&mut self, wanted: Options) -> Result<&mut Browser, LaunchError> {
        if self.options().is_some_and(|options| *options != wanted) {
            tracing::info!("Chrome is started anew with other options");
            *self = Self::Absent;
        }
        let browser = match std::mem::replace(self, Self::Absent) {
            Self::Running(browser) => browser,
            Self::Starting(starting) => match starting.launch.await {
                Ok(launched) => Box::new(launched?),
                // The task is never cancelled while we hold it, so it panicked, and panics go on.
                Err(ended) => std::panic::resume_unwind(ended.into_panic()),
            },
            Self::Absent => Box::new(launched(wanted).await?),
        };
        *self = Self::Running(browser);
        match self {
            Self::Running(browser) => Ok(browser),
            Self::Absent | Self::Starting(_) => Err(LaunchError::Missing),
        }
    }

    /// Ends Chrome: it crashed, or is of no use any more.
    pub(crate) fn end(&mut self) {
        *self = Self::Absent;
    }

    fn options(&self) -> Option<&Options> {
        match self {
            Self::Absent => None,
            Self::Starting(starting) => Some(&starting.options),
            Self::Running(browser) => Some(browser.options()),
        }
    }
}

/// Starts a Chrome, and logs how long that took.
async fn launched(options: Options) -> Result<Browser, LaunchError> {
    let began = Instant::now();
    let browser = Browser::launch(options).await?;
    let after_ms = began.elapsed().as_millis();
    tracing::info!(after_ms, "Chrome runs");
    Ok(browser)
}

/// What `options` mean for Chrome. `headless` and `enableMultiProcessOnLinux` have one answer here and are not asked.
pub(crate) fn chrome_options(
    program: Option<PathBuf>,
    options: &ChromiumOptions,
    scale: f64,
) -> Options {
    Options {
        program,
        graphics: options
            .gl
            .as_deref()
            .map(Graphics::from_name)
            .unwrap_or_default(),
        ignore_certificate_errors: options.ignore_certificate_errors.unwrap_or(false),
        disable_web_security: options.disable_web_security.unwrap_or(false),
        user_agent: options.user_agent.clone(),
        scale,
        ..Options::default()
    }
}

/// The ffmpeg of a renderer.
#[derive(Debug)]
pub(crate) enum FfmpegLookup {
    Looking(AbortOnDropHandle<Result<Ffmpeg, LocateError>>),
    Found(Ffmpeg),
    /// Looked for in vain; the next call looks again.
    Unknown,
}

impl FfmpegLookup {
    /// Begins to look without waiting.
    pub(crate) fn start(program: Option<PathBuf>) -> Self {
        Self::Looking(AbortOnDropHandle::new(tokio::spawn(locate(program))))
    }

    pub(crate) async fn found(&mut self, program: Option<PathBuf>) -> Result<Ffmpeg, LocateError> {
        let found = match std::mem::replace(self, Self::Unknown) {
            Self::Found(ffmpeg) => ffmpeg,
            Self::Looking(lookup) => match lookup.await {
                Ok(found) => found?,
                Err(ended) => std::panic::resume_unwind(ended.into_panic()),
            },
            Self::Unknown => locate(program).await?,
        };
        *self = Self::Found(found.clone());
        Ok(found)
    }
}

async fn locate(program: Option<PathBuf>) -> Result<Ffmpeg, LocateError> {
    match program {
        Some(program) => Ffmpeg::at(program).await,
        None => Ffmpeg::locate().await,
    }
}
