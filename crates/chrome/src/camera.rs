//! Pictures of a page.

use crate::command::{
    BeginFrame, BringToFront, CaptureScreenshot, Clip, Colour, Screenshot,
    SetDefaultBackgroundColor,
};
use crate::error::CallError;
use crate::page::Viewport;
use crate::session::Session;
use bytes::Bytes;

/// How many frames a page may take until it shows something. In practice two suffice.
const FRAMES_UNTIL_SHOWN: u32 = 50;

/// The format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// JPEG of this quality, 0 to 100.
    Jpeg(u8),
    /// PNG, with alpha where the page is transparent.
    Png,
}

/// Takes pictures of one page, one after the other.
///
/// Under begin-frame control the page draws only when [`Self::draw`] or [`Self::expose`] says so; elsewhere it draws
/// by itself. Two begin-frames of one Chrome must not overlap, so a Chrome should have one camera at work.
#[derive(Debug)]
pub struct Camera {
    session: Session,
    viewport: Viewport,
    controlled: bool,
    screenshot: Screenshot,
    last: Option<Bytes>,
    /// The last two pictures were equal, so the next may be too: it is worth asking for damage first.
    at_rest: bool,
}

impl Camera {
    pub(crate) fn new(
        session: Session,
        viewport: Viewport,
        controlled: bool,
        format: PictureFormat,
    ) -> Self {
        let (format, quality) = match format {
            PictureFormat::Jpeg(quality) => ("jpeg", Some(quality)),
            PictureFormat::Png => ("png", None),
        };
        Self {
            session,
            viewport,
            controlled,
            screenshot: Screenshot {
                format,
                quality,
                optimize_for_speed: true,
            },
            last: None,
            at_rest: false,
        }
    }

    /// Makes what the page does not paint transparent. For PNG.
    ///
    /// # Errors
    /// [`CallError`] if the page or Chrome is gone.
    pub async fn make_transparent(&self) -> Result<(), CallError> {
        let color = Some(Colour {
            r: 0,
            g: 0,
            b: 0,
            a: 0,
        });
        self.session
            .call(&SetDefaultBackgroundColor { color })
            .await
    }

    /// Lets the page run its animation frame and draw, without a picture. Returns whether anything changed.
    ///
    /// A page that draws by itself is only waited for, and may always have changed.
    ///
    /// # Errors
    /// [`CallError`] if the page or Chrome is gone.
    pub async fn draw(&mut self) -> Result<bool, CallError> {
        if !self.controlled {
            return Ok(true);
        }
        let drawn = self.session.call(&BeginFrame { screenshot: None }).await?;
        Ok(drawn.damage)
    }

    /// Lets the page run its animation frame and draw, and takes its picture.
    ///
    /// What did not change since the last picture is not taken again: the result then *is* the last picture, which is
    /// byte for byte what a new one would be.
    ///
    /// # Errors
    /// [`CallError`] if the page or Chrome is gone, or Chrome cannot take the picture.
    pub async fn expose(&mut self) -> Result<Bytes, CallError> {
        if !self.controlled {
            return self.screenshot().await;
        }
        if self.at_rest
            && let Some(last) = &self.last
        {
            let last = last.clone();
            if !self.draw().await? {
                return Ok(last);
            }
        }
        let picture = match (self.begin_frame().await?, &self.last) {
            (Some(picture), _) => picture,
            (None, Some(last)) => last.clone(),
            (None, None) => self.first_picture().await?,
        };
        self.at_rest = self.last.as_ref() == Some(&picture);
        if self.at_rest {
            // After a picture the next frame may report damage once although nothing changed.
            self.draw().await?;
        }
        self.last = Some(picture.clone());
        Ok(picture)
    }

    async fn begin_frame(&self) -> Result<Option<Bytes>, CallError> {
        let frame = BeginFrame {
            screenshot: Some(self.screenshot),
        };
        Ok(self.session.call(&frame).await?.picture)
    }

    /// A page that was just opened or resized may need some frames before it has anything to show.
    async fn first_picture(&self) -> Result<Bytes, CallError> {
        for _ in 0..FRAMES_UNTIL_SHOWN {
            if let Some(picture) = self.begin_frame().await? {
                return Ok(picture);
            }
        }
        Err(CallError::NothingShown)
    }

    async fn screenshot(&mut self) -> Result<Bytes, CallError> {
        if !self.controlled {
            self.session.call(&BringToFront {}).await?;
        }
        let picture = self
            .session
            .call(&CaptureScreenshot {
                screenshot: self.screenshot,
                clip: Clip {
                    x: 0.0,
                    y: 0.0,
                    width: f64::from(self.viewport.width),
                    height: f64::from(self.viewport.height),
                    scale: 1.0,
                },
                capture_beyond_viewport: false,
                from_surface: true,
            })
            .await?;
        self.last = Some(picture.clone());
        Ok(picture)
    }
}
