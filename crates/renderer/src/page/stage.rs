//! One composition on its page: frames in, pictures and sounds out.

use crate::error::{PageError, PageException};
use crate::page::globals::{self, PageRole, json};
use crate::page::guard::Failure;
use crate::page::open::{OpenPage, State};
use bytes::Bytes;
use protocol::page::{Composition, RenderAsset};
use serde::Deserialize;
use tokio::time::Instant;

/// How often a frame that goes on changing is pictured again. A page that never rests is taken as it is.
const RETAKES: u32 = 1;

/// A composition that is mounted.
pub(crate) struct Stage {
    page: OpenPage,
    composition: String,
    /// What the body is painted with before each frame.
    background: &'static str,
}

/// A frame that was not taken.
#[derive(Debug)]
pub(crate) struct NotTaken {
    pub(crate) error: PageError,
    /// How often the component that failed asks for the frame to be tried again on a new page.
    pub(crate) retries_left: u32,
}

/// A frame as it was seen and heard.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) picture: Bytes,
    pub(crate) assets: Vec<RenderAsset>,
}

/// What the page's driver answers after a picture.
#[derive(Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
enum Confirmed {
    Ready { assets: Vec<RenderAsset> },
    Again,
    Waiting,
    Cancelled { stack: String },
}

impl Stage {
    /// Mounts `composition` on a page, and waits until its first frame is ready.
    pub(crate) async fn mount(
        mut page: OpenPage,
        composition: &Composition,
        role: PageRole,
        transparent: bool,
    ) -> Result<Self, PageError> {
        let mounted = page
            .run::<()>(&globals::mount_script(composition, role))
            .await;
        if let Err(failure) = mounted {
            return Err(page.error(failure, None).await);
        }
        page.ready(None).await?;
        if transparent && let Err(error) = page.camera.make_transparent().await {
            return Err(page.error(error.into(), None).await);
        }
        Ok(Self {
            page,
            composition: composition.id.clone(),
            background: if transparent { "transparent" } else { "black" },
        })
    }

    /// Shows a frame, waits until it is ready, and takes it.
    pub(crate) async fn take(&mut self, frame: u32, attempt: u32) -> Result<Taken, NotTaken> {
        let deadline = Instant::now() + self.page.timeout;
        match self.take_before(frame, attempt, deadline).await {
            Ok(taken) => Ok(taken),
            Err(failure) => Err(NotTaken {
                retries_left: failure.retries_left(),
                error: self.page.error(failure, Some(frame)).await,
            }),
        }
    }

    async fn take_before(
        &mut self,
        frame: u32,
        attempt: u32,
        deadline: Instant,
    ) -> Result<Taken, Failure> {
        let step = format!(
            "framewright.step({frame}, {}, {attempt}, '{}')",
            json(&self.composition),
            self.background
        );
        let mut state: State = self.evaluate(&step, deadline).await?;
        let mut retakes = 0;
        loop {
            while let State::Waiting = state {
                let OpenPage { camera, guard, .. } = &mut self.page;
                guard.during(deadline, camera.draw()).await?;
                state = self.evaluate("framewright.wait(4)", deadline).await?;
            }
            if let State::Cancelled { stack } = state {
                return Err(cancelled(&stack));
            }
            let OpenPage { camera, guard, .. } = &mut self.page;
            let picture = guard.during(deadline, camera.expose()).await?;
            let confirm = format!("framewright.confirm({})", retakes == RETAKES);
            match self.evaluate(&confirm, deadline).await? {
                Confirmed::Ready { assets } => return Ok(Taken { picture, assets }),
                Confirmed::Again => {
                    retakes += 1;
                    state = State::Ready;
                }
                Confirmed::Waiting => state = State::Waiting,
                Confirmed::Cancelled { stack } => return Err(cancelled(&stack)),
            }
        }
    }

    async fn evaluate<T: serde::de::DeserializeOwned>(
        &mut self,
        script: &str,
        deadline: Instant,
    ) -> Result<T, Failure> {
        let OpenPage { page, guard, .. } = &mut self.page;
        guard.during(deadline, page.evaluate(script)).await
    }
}

fn cancelled(stack: &str) -> Failure {
    Failure::Threw(PageException::from_stack(stack))
}
