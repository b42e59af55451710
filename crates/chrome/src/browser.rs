//! A running Chrome.

use crate::command::{AttachToTarget, CreateBrowserContext, CreateTarget};
use crate::error::CallError;
use crate::launch::{self, LaunchError, Options};
use crate::page::{Events, Page, Viewport};
use crate::session::Session;
use process::{Child, Ended, TreeUsage};
use std::fmt;
use std::io;
use std::sync::OnceLock;
use tempfile::TempDir;

/// A running Chrome, under supervision. Dropping it ends Chrome with every descendant, and removes its profile.
#[derive(Debug)]
pub struct Browser {
    options: Options,
    version: Version,
    session: Session,
    /// Whether its pages answer begin-frames, once a page has told.
    controls: OnceLock<bool>,
    // Before `profile`: Chrome must have ended when its folder goes.
    child: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts Chrome, and returns when it has answered. To be called within a tokio runtime.
    ///
    /// # Errors
    /// All of [`LaunchError`]; each says what to do about it.
    pub async fn launch(options: Options) -> Result<Self, LaunchError> {
        launch::launch(options).await
    }

    pub(crate) fn new(
        options: Options,
        version: Version,
        session: Session,
        child: Child,
        profile: TempDir,
    ) -> Self {
        Self {
            options,
            version,
            session,
            controls: OnceLock::new(),
            child,
            _profile: profile,
        }
    }

    /// What it was started with.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Opens an empty page of the viewport's size, under begin-frame control where it was asked for and this Chrome has it.
    ///
    /// Its cookies, storage and cache are its own, and go with it.
    ///
    /// # Errors
    /// [`CallError`] if Chrome is gone.
    pub async fn open_page(&self, viewport: Viewport) -> Result<(Page, Events), CallError> {
        if self.options.begin_frame_control && *self.controls.get().unwrap_or(&true) {
            let opened = self.open_target(viewport, true).await?;
            if self.controls.get().is_some() {
                return Ok(opened);
            }
            // Full Chromium takes the option and ignores it: only a frame tells.
            let controls = opened.0.answers_begin_frames().await?;
            // Two first pages at once find out the same.
            let _ = self.controls.set(controls);
            if controls {
                return Ok(opened);
            }
            tracing::info!("this Chrome has no begin-frame control; screenshots are taken instead");
        }
        self.open_target(viewport, false).await
    }

    async fn open_target(
        &self,
        viewport: Viewport,
        controlled: bool,
    ) -> Result<(Page, Events), CallError> {
        let context = self.session.call(&CreateBrowserContext {}).await?;
        let target = self
            .session
            .call(&CreateTarget {
                url: "about:blank",
                width: viewport.width,
                height: viewport.height,
                browser_context_id: &context.browser_context_id,
                enable_begin_frame_control: controlled,
            })
            .await?;
        let attached = self
            .session
            .call(&AttachToTarget {
                target_id: &target.target_id,
                flatten: true,
            })
            .await?;
        Page::prepare(
            self.session.page(attached.session_id.into()),
            self.session.clone(),
            context.browser_context_id,
            viewport,
            controlled,
        )
        .await
    }

    /// Waits until Chrome has ended by itself.
    pub async fn ended(&mut self) -> Ended {
        self.child.wait().await
    }

    /// Ends Chrome and every descendant.
    pub async fn kill(mut self) -> Ended {
        self.child.kill().await
    }

    /// What Chrome and its descendants have used so far.
    ///
    /// # Errors
    /// If `/proc` cannot be read.
    pub fn usage(&self) -> io::Result<TreeUsage> {
        self.child.usage()
    }

    /// The process under which Chrome and all its processes run.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.child.keeper_id()
    }
}

/// The version of a Chrome, for example `156.0.8078.79`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(String);

impl Version {
    /// From `HeadlessChrome/156.0.8078.79`.
    pub(crate) fn of_product(product: &str) -> Self {
        let version = product
            .rsplit_once('/')
            .map_or(product, |(_, version)| version);
        Self(version.to_owned())
    }

    /// The first number; 0 where there is none.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.0
            .split('.')
            .next()
            .and_then(|major| major.parse().ok())
            .unwrap_or(0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_what_follows_the_product() {
        let version = Version::of_product("HeadlessChrome/156.0.8078.79");
        assert_eq!(
            (version.major(), version.to_string().as_str()),
            (156, "156.0.8078.79")
        );
        assert_eq!(Version::of_product("Chrome/unknown").major(), 0);
    }
}
