//! Which isolation the host allows.

use std::path::{Path, PathBuf};

use tokio::sync::OnceCell;

use super::process::{Ending, Helper, StartError};
use super::wire::{End, Isolation, Spec};

/// Starts sandboxes, as isolated as the host allows.
#[derive(Debug)]
pub(crate) struct Starter {
    helper: PathBuf,
    isolation: OnceCell<Isolation>,
}

impl Starter {
    /// A starter that executes `helper`.
    pub(crate) fn new(helper: PathBuf) -> Self {
        Self {
            helper,
            isolation: OnceCell::new(),
        }
    }

    /// The isolation that every sandbox of this cloud has, found out once.
    ///
    /// Only this trial decides. A later sandbox that cannot be made, say because
    /// the disk is full, fails; it does not run with less isolation.
    ///
    /// # Errors
    /// If the helper cannot be executed, or `workshop` cannot be used.
    pub(crate) async fn isolation(&self, workshop: &Path) -> Result<Isolation, StartError> {
        self.isolation
            .get_or_try_init(|| self.probe(workshop))
            .await
            .copied()
    }

    async fn probe(&self, workshop: &Path) -> Result<Isolation, StartError> {
        let [code, scratch] = ["probe-code", "probe-scratch"].map(|name| workshop.join(name));
        for folder in [&code, &scratch] {
            tokio::fs::create_dir_all(folder)
                .await
                .map_err(StartError::Protocol)?;
        }
        let spec = Spec {
            isolation: Isolation::Namespaces,
            entries: vec!["/bin/true".into()],
            environment: Vec::new(),
            code,
            layers: None,
            scratch,
        };
        match self.execute()?.start(&spec).await {
            Ok((mut sandbox, _)) => match sandbox.ended().await {
                Ending::Program(End::Exited(0)) => Ok(Isolation::Namespaces),
                ending => {
                    warn_plain(&format!("/bin/true in a sandbox: {ending:?}"));
                    Ok(Isolation::Plain)
                }
            },
            Err(StartError::Refused { missing }) => {
                warn_plain(&missing);
                Ok(Isolation::Plain)
            }
            Err(error) => Err(error),
        }
    }

    /// Executes the helper, for the caller to put under its limits.
    pub(crate) fn execute(&self) -> Result<Helper, StartError> {
        Helper::execute(&self.helper)
    }
}

fn warn_plain(missing: &str) {
    tracing::warn!(
        missing,
        "functions run as plain child processes that see this machine's files: \
         the host does not let user, mount and PID namespaces be made"
    );
}
