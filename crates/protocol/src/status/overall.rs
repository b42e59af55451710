//! One number for how far a render is.

use crate::progress::{Progress, RenderMetadata};

/// How far a render is, from 0 to 1, weighted as clients expect it: a tenth each for starting, invoking, encoding and
/// joining, the rest for frames.
#[must_use]
pub fn overall_progress(progress: &Progress) -> f64 {
    let metadata = progress.render_metadata.as_ref();
    overall(&Parts {
        invoked: progress.lambdas_invoked,
        expected_renderers: metadata.map_or(0, |m| m.estimated_render_lambda_invokations),
        opened: progress.serve_url_opened.is_some(),
        validated: progress.composition_validated.is_some(),
        frames: metadata.map_or(0, RenderMetadata::frame_count),
        rendered: progress.frames_rendered,
        encoded: progress.frames_encoded,
        combined: progress.combined_frames,
    })
}

struct Parts {
    invoked: u32,
    expected_renderers: u32,
    opened: bool,
    validated: bool,
    frames: u32,
    rendered: u32,
    encoded: u32,
    combined: u32,
}

fn overall(parts: &Parts) -> f64 {
    let of_frames = |n: u32| share(n, parts.frames);
    let started = [parts.invoked > 0, parts.opened, parts.validated];
    let starting = f64::from(started.iter().filter(|done| **done).count() as u32) / 3.0;
    let invoking = if parts.expected_renderers == 0 {
        f64::from(u32::from(parts.invoked > 0))
    } else {
        share(parts.invoked, parts.expected_renderers)
    };
    0.1 * starting
        + 0.1 * of_frames(parts.encoded)
        + 0.1 * invoking
        + 0.6 * of_frames(parts.rendered)
        + 0.1 * of_frames(parts.combined)
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        0.0
    } else {
        (f64::from(part) / f64::from(whole)).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_its_weight() {
        let mut parts = Parts {
            invoked: 0,
            expected_renderers: 4,
            opened: false,
            validated: false,
            frames: 100,
            rendered: 0,
            encoded: 0,
            combined: 0,
        };
        let close =
            |parts: &Parts, expected: f64| assert!((overall(parts) - expected).abs() < 1e-9);
        close(&parts, 0.0);
        parts = Parts {
            opened: true,
            validated: true,
            invoked: 2,
            ..parts
        };
        close(&parts, 0.15);
        parts = Parts {
            rendered: 50,
            encoded: 50,
            ..parts
        };
        close(&parts, 0.5);
        parts = Parts {
            invoked: 5,
            rendered: 100,
            encoded: 100,
            combined: 100,
            ..parts
        };
        close(&parts, 1.0);
    }
}
