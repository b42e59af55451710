//! What a caller wants rendered.

use client::{InvalidProps, Props, RenderRequest};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A job as callers write it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Job {
    site: String,
    composition: String,
    /// As it was written: the page alone knows what numbers and strings mean.
    input_props: Option<Box<RawValue>>,
}

/// Text that is no job. What it says is for the caller.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidJob {
    /// Its JSON is not that of a job.
    #[error("this is no job: {0}")]
    Json(#[from] serde_json::Error),
    /// Its props cannot be props.
    #[error("the input props cannot be used: {0}")]
    Props(#[from] InvalidProps),
    /// It names nothing.
    #[error("`{0}` must not be empty")]
    Empty(&'static str),
}

impl Job {
    /// Reads a job.
    pub(crate) fn read(text: &[u8]) -> Result<RenderRequest, InvalidJob> {
        let job: Self = serde_json::from_slice(text)?;
        for (name, value) in [("site", &job.site), ("composition", &job.composition)] {
            if value.is_empty() {
                return Err(InvalidJob::Empty(name));
            }
        }
        let mut request = RenderRequest::new(job.site, job.composition);
        if let Some(props) = job.input_props {
            request.props = Props::parse(props.get())?;
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::{Job, Props};

    #[test]
    fn jobs_name_a_site_and_a_composition() {
        let job = br#"{"site":"s","composition":"Title","inputProps":{"title":"hi"}}"#;
        let request = Job::read(job).unwrap();
        assert_eq!(
            (request.site.as_str(), request.composition.as_str()),
            ("s", "Title")
        );
        assert_eq!(request.props, Props::parse(r#"{"title":"hi"}"#).unwrap());
        for (wrong, reason) in [
            ("", "no job"),
            ("[]", "no job"),
            (r#"{"site":"s"}"#, "composition"),
            (
                r#"{"site":"","composition":"Title"}"#,
                "`site` must not be empty",
            ),
            (
                r#"{"site":"s","composition":"Title","codec":"gif"}"#,
                "codec",
            ),
            (
                r#"{"site":"s","composition":"Title","inputProps":[]}"#,
                "an array",
            ),
        ] {
            let said = Job::read(wrong.as_bytes()).unwrap_err().to_string();
            assert!(said.contains(reason), "{wrong}: {said}");
        }
    }
}
