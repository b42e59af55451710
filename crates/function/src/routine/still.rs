//! `still`: renders one frame as an image.

mod progress;

use std::num::NonZeroU32;

use ::renderer::{
    InvalidScale, PageError, Renderer, Scale, StillError as PictureError, StillFormat, StillRequest,
};
use lambda::Context;
use protocol::RenderId;
use protocol::keys::{self, RenderKeys};
use protocol::names;
use protocol::page::{InvalidComposition, Overrides};
use protocol::payload::{CostInfo, Still, StillResponse};
use protocol::price;
use protocol::props::SerializedInputProps;
use protocol::settings::ImageFormat;
use protocol::state::PagePlan;
use protocol::version::{self, VersionMismatch};
use store::{Bucket, PutOptions, StoreError};
use tokio::sync::mpsc;

use super::start::random;
use crate::bucket::{BucketError, render_bucket};
use crate::clock::now_unix_ms;
use crate::documents::{DocumentError, RenderDocuments};
use crate::invocation::Function;
use crate::log_lines;
use crate::output::{self, ProviderError};
use crate::page::{self, FileDenied, OpenSite, OpenSiteError};
use crate::site::{ResolveError, resolve};

/// What clients add to the duration for its start, in milliseconds.
const START_MS: u64 = 100;

/// An image that is not rendered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StillError {
    /// The client is of another version.
    #[error(transparent)]
    Version(#[from] VersionMismatch),
    /// The format is not built.
    #[error("`imageFormat` `{0}` is not supported: this function does jpeg and png")]
    Format(&'static str),
    /// The image cannot go there.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The scale is impossible.
    #[error(transparent)]
    Scale(#[from] InvalidScale),
    /// The quality is impossible.
    #[error("`jpegQuality` `{0}` is out of range: 0 to 100")]
    Quality(u8),
    /// There is no bucket for it.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// The id cannot be part of a key, which no random id is.
    #[error(transparent)]
    Id(#[from] names::RenderIdError),
    /// The serve URL leads to no site.
    #[error(transparent)]
    Site(#[from] ResolveError),
    /// The site cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenSiteError),
    /// A file of the site may not be read.
    #[error(transparent)]
    Denied(#[from] FileDenied),
    /// The page failed.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The composition is impossible.
    #[error(transparent)]
    Composition(#[from] InvalidComposition),
    /// The composition lacks the frame.
    #[error("frame {frame} is outside composition `{composition}`, which has {frames}")]
    Frame {
        frame: i64,
        composition: String,
        frames: NonZeroU32,
    },
    /// The picture was not taken.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The image cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its progress document cannot be written.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// A still that is accepted: it has an id.
pub(crate) struct Accepted {
    payload: Still,
    format: StillFormat,
    scale: Scale,
    pub(crate) render_id: RenderId,
}

/// Checks what can be checked before anything is opened.
///
/// # Errors
/// [`StillError`]
pub(crate) fn accept(function: &Function, payload: Still) -> Result<Accepted, StillError> {
    let ours = function.environment.version();
    version::check("renderStillOnLambda()", &ours, payload.version.as_ref())?;
    let format = match payload.image_format {
        ImageFormat::Png => StillFormat::Png,
        ImageFormat::Jpeg => match payload.jpeg_quality.unwrap_or(80) {
            quality @ 0..=100 => StillFormat::Jpeg(quality),
            quality => return Err(StillError::Quality(quality)),
        },
        other => return Err(StillError::Format(other.as_str())),
    };
    output::check(payload.out_name.as_ref())?;
    let scale = Scale::new(payload.scale.unwrap_or(1.0))?;
    let render_id = RenderId::new(payload.delete_after, &names::hash(random()))?;
    Ok(Accepted {
        payload,
        format,
        scale,
        render_id,
    })
}

/// Renders the image and stores it.
///
/// # Errors
/// [`StillError`]
pub(crate) async fn still(
    function: &Function,
    context: &Context,
    accepted: Accepted,
    renderer: &mut Renderer,
) -> Result<StillResponse, StillError> {
    let began = std::time::Instant::now();
    let started_unix_ms = now_unix_ms();
    let Accepted {
        payload,
        format,
        scale,
        render_id,
    } = accepted;
    let region = &function.environment.region;
    let bucket_name = render_bucket(function, payload.bucket_name.as_deref()).await?;
    let bucket = function.bucket(context, &bucket_name);
    let site = resolve(&payload.serve_url, &bucket, &function.environment).await?;
    let open = OpenSite::open(&site, &bucket, &function.cache).await?;
    let props = page::input_props(&payload.input_props, &bucket).await?;
    let page = open.page(&site, &page_plan(&payload), props);
    let (events, console) = mpsc::unbounded_channel();
    let logging = tokio::spawn(log_lines::console(console));
    let evaluated = Box::pin(renderer.composition(&page, &payload.composition, &events))
        .await
        .map_err(|error| open.or_denial(StillError::from(error)))?;
    let composition = evaluated.resolve(overrides(&payload))?;
    let frame = resolve_frame(payload.frame, composition.duration_in_frames).ok_or_else(|| {
        StillError::Frame {
            frame: payload.frame,
            composition: composition.id.clone(),
            frames: composition.duration_in_frames,
        }
    })?;
    let documents = RenderDocuments::new(bucket.clone(), &render_id);
    let told = progress::document(
        &function.environment,
        &payload,
        &render_id,
        &composition,
        started_unix_ms,
        context.deadline_unix_ms,
    );
    documents.write(&documents.keys.progress(), &told).await?;
    let request = StillRequest {
        page,
        composition,
        frame,
        format,
        scale,
    };
    let picture = Box::pin(renderer.still(&request, &events))
        .await
        .map_err(|error| open.or_denial(StillError::from(error)))?;
    drop(events);
    // The console is logged to its end; a panic there costs log lines alone.
    let _logged = logging.await;
    let out_name = payload.out_name.as_ref();
    let default = format!("out.{}", payload.image_format.as_str());
    let keys = RenderKeys::new(&render_id);
    let (out_bucket, key) = output::place(out_name, bucket.name(), &keys, &default);
    let provider = output::provider(out_name);
    let target = output::bucket(function, &bucket, (&out_bucket, &key), provider).await;
    let size = picture.picture.len() as u64;
    let options = PutOptions {
        content_disposition: payload.download_behavior.content_disposition(),
        storage_class: payload.storage_class.clone(),
        ..PutOptions::content_type(picture.content_type)
    };
    Box::pin(target.put(&key, picture.picture, &options)).await?;
    forget_props(&bucket, &payload.input_props).await;
    let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(StillResponse {
        output: keys::public_url(region, &out_bucket, &key),
        out_key: key,
        size,
        size_in_bytes: size,
        bucket_name,
        estimated_price: cost(function, took + START_MS),
        render_id,
        received_artifacts: Vec::new(),
    })
}

/// Deletes the client's props where they are stored. What cannot be deleted is left to the bucket's lifecycle rules.
async fn forget_props(bucket: &Bucket, props: &SerializedInputProps) {
    let SerializedInputProps::BucketUrl { hash, .. } = props else {
        return;
    };
    match Box::pin(bucket.delete_many(vec![keys::input_props(hash)])).await {
        Ok(failures) => {
            for failure in failures {
                tracing::warn!(%failure, "the props stay");
            }
        }
        Err(error) => tracing::warn!(%error, "the props stay"),
    }
}

/// A frame that counts from the start, or, negative, from the end.
fn resolve_frame(frame: i64, frames: NonZeroU32) -> Option<u32> {
    let frames = i64::from(frames.get());
    let frame = if frame < 0 { frame + frames } else { frame };
    if (0..frames).contains(&frame) {
        u32::try_from(frame).ok()
    } else {
        None
    }
}

fn cost(function: &Function, duration_ms: u64) -> CostInfo {
    let region = &function.environment.region;
    let currency = price::currency(region);
    let amount =
        price::estimate(region, function.environment.size(), duration_ms, 1).unwrap_or(0.0);
    CostInfo {
        accrued_so_far: amount,
        display_cost: price::display(amount, currency),
        currency: currency.to_owned(),
        disclaimer: price::DISCLAIMER.to_owned(),
    }
}

fn overrides(payload: &Still) -> Overrides {
    Overrides {
        width: payload.force_width,
        height: payload.force_height,
        fps: payload.force_fps,
        duration_in_frames: payload.force_duration_in_frames,
    }
}

fn page_plan(payload: &Still) -> PagePlan {
    PagePlan {
        input_props: payload.input_props.clone(),
        env_variables: payload.env_variables.clone(),
        timeout_in_milliseconds: payload.timeout_in_milliseconds,
        chromium_options: payload.chromium_options.clone(),
        log_level: payload.log_level,
        media_cache_size_in_bytes: payload.media_cache_size_in_bytes,
        offthread_video_cache_size_in_bytes: payload.offthread_video_cache_size_in_bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_frames_count_from_the_end() {
        let ten = NonZeroU32::new(10).unwrap();
        let cases = [
            (0, Some(0)),
            (9, Some(9)),
            (10, None),
            (-1, Some(9)),
            (-10, Some(0)),
            (-11, None),
        ];
        for (frame, expected) in cases {
            assert_eq!(resolve_frame(frame, ten), expected, "{frame}");
        }
    }
}
