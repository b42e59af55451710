//! Listing the compositions of a site.

use std::collections::BTreeMap;
use std::time::Duration;

use protocol::payload::{CompositionSummaries, CompositionSummary, Compositions, Payload};
use protocol::props::PropsOf;

use crate::{Client, Props, StartError};

/// A site whose compositions are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct CompositionsRequest {
    /// A site's name, or an http(s) address.
    pub site: String,
    /// Props that every composition is evaluated with.
    pub props: Props,
    /// How long the page may take to become ready.
    pub timeout: Duration,
}

impl CompositionsRequest {
    /// Asks for the compositions of `site` without props.
    pub fn new(site: impl Into<String>) -> Self {
        let defaults = Compositions::new(site);
        Self {
            site: defaults.serve_url,
            props: Props::default(),
            timeout: Duration::from_millis(defaults.timeout_in_milliseconds),
        }
    }
}

impl Client {
    /// The compositions of a site, evaluated, in the page's order.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn compositions(
        &self,
        request: &CompositionsRequest,
    ) -> Result<Vec<CompositionSummary>, StartError> {
        let props = self
            .serialize_props(&request.props, &BTreeMap::new(), PropsOf::Still)
            .await
            .map_err(StartError::Props)?;
        let milliseconds = u64::try_from(request.timeout.as_millis()).unwrap_or(u64::MAX);
        let payload = Payload::Compositions(Compositions {
            input_props: props,
            timeout_in_milliseconds: milliseconds,
            bucket_name: Some(self.installation.bucket.to_string()),
            ..Compositions::new(&request.site)
        });
        let answer: CompositionSummaries = self.call(&payload).await.map_err(StartError::Invoke)?;
        Ok(answer.compositions)
    }
}
