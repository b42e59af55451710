//! The renderer of an environment, kept while it is warm.

use std::sync::{Mutex, PoisonError};

use protocol::settings::ChromiumOptions;
use renderer::{Config, Renderer, StartError};

/// Where the environment's renderer waits between two invocations.
#[derive(Debug, Default)]
pub(crate) struct Bench {
    renderer: Mutex<Option<Renderer>>,
}

impl Bench {
    /// The renderer that waits, or a new one, whose Chrome starts at once and is not waited for.
    ///
    /// # Errors
    /// [`StartError`] where there is no loopback port.
    pub(crate) async fn take(
        &self,
        chromium_options: &ChromiumOptions,
    ) -> Result<Renderer, StartError> {
        let waiting = self
            .renderer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match waiting {
            Some(renderer) => Ok(renderer),
            None => {
                let chromium_options = chromium_options.clone();
                Renderer::start(Config {
                    chromium_options,
                    ..Config::default()
                })
                .await
            }
        }
    }

    /// Keeps a renderer that did its work for the next invocation.
    pub(crate) fn keep(&self, renderer: Renderer) {
        *self.renderer.lock().unwrap_or_else(PoisonError::into_inner) = Some(renderer);
    }
}
