//! One frame becomes a picture.

use crate::error::{PageError, StillError};
use crate::event::Event;
use crate::page::PageRole;
use crate::page::stage::{NotTaken, Taken};
use crate::renderer::{Look, Renderer};
use crate::request::{StillFormat, StillRequest};
use crate::result::Still;
use chrome::{PictureFormat, Viewport};
use tokio::sync::mpsc::UnboundedSender;

/// How often a still is tried if Chrome crashes.
const TRIES: u32 = 2;

pub(crate) async fn render(
    renderer: &mut Renderer,
    request: &StillRequest,
    events: &UnboundedSender<Event>,
) -> Result<Still, StillError> {
    let composition = &request.composition;
    let last = composition.duration_in_frames.get() - 1;
    if request.frame > last {
        return Err(StillError::Page(PageError::FrameOutside {
            composition: composition.id.clone(),
            frame: request.frame,
            last,
        }));
    }
    let mut times = 1;
    loop {
        match take(renderer, request, events).await {
            Ok(taken) => {
                return Ok(Still {
                    picture: taken.picture,
                    content_type: match request.format {
                        StillFormat::Jpeg(_) => "image/jpeg",
                        StillFormat::Png => "image/png",
                    },
                });
            }
            Err(PageError::Crashed { reason, .. }) => {
                renderer.end_chrome();
                let frame = request.frame;
                if times == TRIES {
                    return Err(StillError::Page(PageError::Crashed {
                        frame: Some(frame),
                        times,
                        reason,
                    }));
                }
                times += 1;
                // Nobody may be listening any more.
                let _ = events.send(Event::ChromeRestarted { frame });
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn take(
    renderer: &mut Renderer,
    request: &StillRequest,
    events: &UnboundedSender<Event>,
) -> Result<Taken, PageError> {
    let role = PageRole {
        initial_frame: request.frame,
        attempt: 1,
        video: true,
        sample_rate: None,
        port: renderer.port(),
    };
    let look = Look {
        viewport: Viewport {
            width: request.composition.width.get(),
            height: request.composition.height.get(),
        },
        scale: request.scale,
        format: match request.format {
            StillFormat::Jpeg(quality) => PictureFormat::Jpeg(quality),
            StillFormat::Png => PictureFormat::Png,
        },
        transparent: request.format == StillFormat::Png,
    };
    let mut stage = renderer
        .stage(&request.page, &request.composition, role, look, events)
        .await?;
    let taken = stage.take(request.frame, role.attempt).await;
    taken.map_err(|NotTaken { error, .. }| error)
}
