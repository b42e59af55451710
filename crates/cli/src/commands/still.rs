//! `framewright still`.

use std::path::PathBuf;

use client::{ImageFormat, OutputFile, OutputLocation, StillRequest};

use super::{deployed, interrupted};
use crate::args::{Still, StillFormat};
use crate::error::CliError;
use crate::session::Session;
use crate::show::{Shown, human};
use crate::site::Site;

/// Renders one frame into a file.
pub(crate) async fn run(args: Still) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let site = Site::resolve(&args.site)?;
    let format = format(&args);
    let out = args.out.clone();
    let out = out.unwrap_or_else(|| format!("out/{}.{}", args.composition, format.as_str()).into());
    let out = OutputFile::new(out, args.overwrite)?;
    let session = Session::open(&args.place, &args.which, &shown).await?;
    let done = tokio::select! {
        done = still(&session, &args, site, format, &out, &shown) => done,
        () = interrupted() => Err(CliError::Interrupted { resume: None }),
    };
    session.target.finish().await;
    done
}

/// What was asked for, or what the name of the file says.
fn format(args: &Still) -> ImageFormat {
    let named = args.out.as_ref().and_then(|out| out.extension());
    let is_jpeg = named.is_some_and(|name| name == "jpg" || name == "jpeg");
    match args.image_format {
        Some(StillFormat::Jpeg) => ImageFormat::Jpeg,
        None if is_jpeg => ImageFormat::Jpeg,
        Some(StillFormat::Png) | None => ImageFormat::Png,
    }
}

async fn still(
    session: &Session,
    args: &Still,
    site: Site,
    format: ImageFormat,
    out: &OutputFile,
    shown: &Shown,
) -> Result<(), CliError> {
    let client = session.client();
    let mut request = StillRequest::new(
        deployed(session, site, shown).await?.serve_url,
        &args.composition,
    );
    request.props = args.props.clone().unwrap_or_default();
    request.frame = args.frame;
    request.image_format = format;
    request.jpeg_quality = args.jpeg_quality.unwrap_or(request.jpeg_quality);
    request.scale = args.scale.unwrap_or(request.scale);
    request.frame_timeout = args
        .timeout
        .map_or(request.frame_timeout, |timeout| timeout.0);
    shown.step("rendering the frame");
    let rendered = client.still(&request).await?;
    let location = OutputLocation {
        bucket: rendered.bucket_name.to_string(),
        key: rendered.out_key.clone(),
    };
    let bytes = client.fetch(&location, out, |_| {}).await?;
    let path: PathBuf = out.path().to_owned();
    let text = format!("{}: {}", path.display(), human::bytes(bytes));
    let object = serde_json::json!({
        "renderId": rendered.render_id,
        "out": path,
        "bytes": bytes,
        "bucket": location.bucket,
        "key": location.key,
    });
    shown.result(&text, &object);
    Ok(())
}
