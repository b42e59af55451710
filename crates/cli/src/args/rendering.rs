//! `framewright still` and `progress` as typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use client::Props;

use super::{Output, PerFrame, Place, Which, props, scale};

/// Render one frame of a composition into an image.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright still build Title out/title.png --frame 30")]
pub(crate) struct Still {
    /// A folder with a Remotion bundle, an http(s) address of one, or the name of a deployed site.
    pub(crate) site: String,
    /// The id of the composition; `framewright compositions SITE` lists them.
    pub(crate) composition: String,
    /// The file to write. Default: `out/<composition>.png`, or .jpeg.
    pub(crate) out: Option<PathBuf>,
    /// The frame, counted from 0; a negative one counts from the end, -1 being the last.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub(crate) frame: i64,
    /// The format of the image. Default: what the file's name says, else png.
    #[arg(long, value_enum, value_name = "png|jpeg", hide_possible_values = true)]
    pub(crate) image_format: Option<StillFormat>,
    /// Input props: a JSON object, or @FILE that holds one.
    #[arg(long, value_name = "JSON|@FILE", value_parser = props::parse)]
    pub(crate) props: Option<Props>,
    /// Quality of a JPEG, 0 to 100. Default: 80.
    #[arg(long, value_name = "0-100", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) jpeg_quality: Option<u8>,
    /// Scale of the image; 2 doubles width and height.
    #[arg(long, value_name = "FACTOR", value_parser = scale)]
    pub(crate) scale: Option<f64>,
    /// How long the frame may take to become ready, with its unit: `30s`, `1500ms`, `2m`. At least 7s.
    #[arg(long, value_name = "DURATION")]
    pub(crate) timeout: Option<PerFrame>,
    /// Replace the file if it exists.
    #[arg(long)]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// What `--image-format` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StillFormat {
    Png,
    Jpeg,
}

/// Show where a render stands.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright progress a1b2c3d4e5")]
pub(crate) struct Progress {
    /// The render's id, as `framewright render` printed it.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// End a render that is under way. Its renderers stop, and its chunks are deleted.
///
/// Renders that other clients started can be cancelled if they were started with `enableCancellation`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  framewright cancel a1b2c3d4e5")]
pub(crate) struct Cancel {
    /// The render's id, as `framewright render` printed it.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) place: Place,
}
