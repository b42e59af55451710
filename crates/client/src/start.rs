//! Starting a render.

use protocol::payload::{Payload, StartResponse};
use protocol::props::PropsOf;
use store::StoreError;

use crate::{Client, InvokeError, Render, RenderRequest};

/// A render could not be started. There is none, and nothing to clean up.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Props too large for a payload could not be stored.
    #[error("the input props cannot be handed over")]
    Props(#[source] StoreError),
    /// The function did not take the request.
    #[error("the render cannot be started")]
    Invoke(#[source] InvokeError),
}

impl Client {
    /// Starts a render. It goes on by itself from here.
    ///
    /// # Errors
    /// [`StartError`]. A call whose answer was lost is not repeated: the render it may have started
    /// ends by itself, unseen.
    pub async fn start(&self, request: &RenderRequest) -> Result<Render, StartError> {
        let props = self
            .serialize_props(&request.props, &request.env_variables, PropsOf::Video)
            .await
            .map_err(StartError::Props)?;
        let start = request.to_start(props, self.installation.bucket.as_str());
        let answer: StartResponse = self
            .call(&Payload::Start(Box::new(start)))
            .await
            .map_err(StartError::Invoke)?;
        Ok(self.render(answer.render_id))
    }
}
