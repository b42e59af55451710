//! Rendering one frame as an image.

use std::collections::BTreeMap;
use std::time::Duration;

use protocol::DeleteAfter;
use protocol::payload::{Payload, Still, StillResponse};
use protocol::props::PropsOf;
use protocol::settings::{ImageFormat, OutName, Privacy};

use crate::{Client, Props, StartError};

/// A frame to render into an image.
#[derive(Debug, Clone, PartialEq)]
pub struct StillRequest {
    /// A site's name, or an http(s) address.
    pub site: String,
    /// The composition's id.
    pub composition: String,
    /// Its input props.
    pub props: Props,
    /// The frame; a negative one counts from the end, -1 being the last.
    pub frame: i64,
    /// The format of the image.
    pub image_format: ImageFormat,
    /// 0 to 100, for JPEG.
    pub jpeg_quality: u8,
    /// Factor from the composition's pixels to the image's.
    pub scale: f64,
    /// How long the frame may take to become ready.
    pub frame_timeout: Duration,
    /// Where the image goes, beside the still's documents where it is `None`.
    pub output: Option<OutName>,
    /// How long the bucket keeps the image; for ever where it is `None`.
    pub delete_after: Option<DeleteAfter>,
}

impl StillRequest {
    /// Asks for the first frame of `composition` of `site`, with the defaults of Remotion's
    /// clients.
    pub fn new(site: impl Into<String>, composition: impl Into<String>) -> Self {
        let defaults = Still::new(composition, site);
        Self {
            site: defaults.serve_url,
            composition: defaults.composition,
            props: Props::default(),
            frame: defaults.frame,
            image_format: defaults.image_format,
            jpeg_quality: defaults.jpeg_quality.unwrap_or(80),
            scale: defaults.scale.unwrap_or(1.0),
            frame_timeout: Duration::from_millis(defaults.timeout_in_milliseconds),
            output: None,
            delete_after: None,
        }
    }
}

impl Client {
    /// Renders a frame, and waits for it.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn still(&self, request: &StillRequest) -> Result<StillResponse, StartError> {
        let props = self
            .serialize_props(&request.props, &BTreeMap::new(), PropsOf::Still)
            .await
            .map_err(StartError::Props)?;
        let milliseconds = u64::try_from(request.frame_timeout.as_millis()).unwrap_or(u64::MAX);
        let payload = Payload::Still(Box::new(Still {
            input_props: props,
            frame: request.frame,
            image_format: request.image_format,
            jpeg_quality: Some(request.jpeg_quality),
            scale: Some(request.scale),
            timeout_in_milliseconds: milliseconds,
            bucket_name: Some(self.installation.bucket.to_string()),
            out_name: request.output.clone(),
            delete_after: request.delete_after,
            privacy: Privacy::NoAcl,
            ..Still::new(&request.composition, &request.site)
        }));
        self.call(&payload).await.map_err(StartError::Invoke)
    }
}
