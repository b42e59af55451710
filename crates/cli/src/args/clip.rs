//! `framewright clip` as typed.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use client::{CLIP_FORMATS, ClipTime};

use super::{Output, Place};

/// Cut a clip out of a render, an object of S3, or a video at an https address.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  framewright clip abcdefghij --from 2 --to 00:00:05.500 out/clip.mp4\n  framewright clip s3://bucket/film.mp4 --from 75f --to 200f --exact"
)]
pub(crate) struct Clip {
    /// The id of a render, `s3://BUCKET/KEY`, or an https address.
    pub(crate) input: String,
    /// The file to write. Default: `out/<name>-<from>-<to>` with the ending of its format.
    pub(crate) out: Option<PathBuf>,
    /// Where the clip begins: seconds (12.5), HH:MM:SS.mmm, or the number of a frame with f (90f).
    #[arg(long, value_name = "TIME")]
    pub(crate) from: ClipTime,
    /// Where it ends; what is shown then is no part of it.
    #[arg(long, value_name = "TIME")]
    pub(crate) to: ClipTime,
    /// Have exactly the frames between, which encodes those before the first key frame. By default the clip begins at
    /// the key frame before, and nothing is encoded.
    #[arg(long)]
    pub(crate) exact: bool,
    /// The format. Default: what the file's ending tells, or else what the source is.
    #[arg(long, value_name = "FORMAT", value_parser = clap::builder::PossibleValuesParser::new(CLIP_FORMATS))]
    pub(crate) format: Option<String>,
    /// Replace the output file if it exists.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// The bucket of renders and clips. Default: the region's `remotionlambda-` bucket (AWS only).
    #[arg(long, value_name = "NAME")]
    pub(crate) bucket: Option<String>,
    /// The clip cutter's zip. Default: `clip-function.zip` beside this program (embedded cloud only).
    #[arg(long, value_name = "FILE", env = "FRAMEWRIGHT_CLIP_ZIP")]
    pub(crate) clip_zip: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) place: Place,
}
