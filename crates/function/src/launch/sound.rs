//! From what each frame sounds like to one timeline.

use std::collections::HashMap;

use media::audio::{AudioAsset, InlineAsset, PcmSpan, Timeline, TimelineBuilder, TimelineError};
use media::{FrameRate, InvalidFrameRate, InvalidLocation, Location};
use protocol::audio::{AssetSource, FrameAsset, InlineSpan};
use protocol::state::{Manifest, Pcm, Plan};
use store::{Bucket, RemoteError};

use crate::page::{OpenSite, Source};
use crate::scratch::{DataUrlError, Scratch};

/// Bytes of one sample of all channels.
const SAMPLE_BYTES: u64 = 4;

/// The sound of a render cannot be planned.
#[derive(Debug, thiserror::Error)]
pub(super) enum SoundError {
    /// The rate of the composition.
    #[error(transparent)]
    Rate(#[from] InvalidFrameRate),
    /// A frame says something that cannot be played.
    #[error(transparent)]
    Timeline(#[from] TimelineError),
    /// A file of the site is not there.
    #[error("the site has no file `{0}`, which is heard")]
    NoFile(String),
    /// Media of another host may not be read.
    #[error("media at `{url}` cannot be read")]
    Remote { url: String, source: RemoteError },
    /// A `data:` address cannot be read.
    #[error(transparent)]
    Data(#[from] DataUrlError),
    /// The proxy's own address.
    #[error(transparent)]
    Location(#[from] InvalidLocation),
}

/// The sound of all frames, in their order.
///
/// # Errors
/// [`SoundError`]
pub(super) fn timeline(
    plan: &Plan,
    manifests: &[Manifest],
    site: &OpenSite,
    bucket: &Bucket,
    scratch: &Scratch,
) -> Result<Timeline, SoundError> {
    let mut builder = TimelineBuilder::new(FrameRate::new(plan.output_fps())?);
    let mut places = Places {
        site,
        scratch,
        known: HashMap::new(),
    };
    for manifest in manifests {
        let mut audio = manifest.audio.frames.iter().peekable();
        let inline = Inline::of(manifest.pcm.as_ref(), site, bucket)?;
        for frame in manifest.frames.frames(plan.every_nth_frame) {
            let heard = audio.next_if(|audio| audio.frame == frame);
            let assets = heard.map_or(&[][..], |audio| &audio.assets);
            let assets = assets
                .iter()
                .map(|asset| places.asset(asset))
                .collect::<Result<Vec<_>, _>>()?;
            builder.push_frame(assets, inline.of_frame(frame))?;
        }
    }
    Ok(builder.finish())
}

/// Where each source is read from: the same for the same source.
struct Places<'a> {
    site: &'a OpenSite,
    scratch: &'a Scratch,
    known: HashMap<AssetSource, Location>,
}

impl Places<'_> {
    fn asset(&mut self, asset: &FrameAsset) -> Result<AudioAsset, SoundError> {
        Ok(AudioAsset {
            id: asset.id.clone(),
            source: self.of(&asset.source)?,
            stream: asset.audio_stream_index,
            media_frame: asset.media_frame,
            start_frame: asset.audio_start_frame,
            playback_rate: asset.playback_rate,
            tone_frequency: asset.tone_frequency,
            volume: asset.volume,
        })
    }

    fn of(&mut self, source: &AssetSource) -> Result<Location, SoundError> {
        if let Some(known) = self.known.get(source) {
            return Ok(known.clone());
        }
        let location = self.locate(source)?;
        self.known.insert(source.clone(), location.clone());
        Ok(location)
    }

    fn locate(&self, source: &AssetSource) -> Result<Location, SoundError> {
        match (source, &self.site.source) {
            (AssetSource::Site(path), Source::Private(private)) => {
                let key = private
                    .content_key(path)
                    .ok_or_else(|| SoundError::NoFile(path.clone()))?;
                let url = self.site.proxy().object_url(private.bucket(), &key);
                Ok(Location::loopback_url(url)?)
            }
            (AssetSource::Site(path), Source::Url(url)) => self.remote(&below(url, path)),
            (AssetSource::Url(url), _) if url.starts_with("data:") => {
                Ok(Location::file(self.scratch.keep_data_url(url)?))
            }
            (AssetSource::Url(url), _) => self.remote(url),
        }
    }

    fn remote(&self, url: &str) -> Result<Location, SoundError> {
        let proxied = self.site.proxy().remote_url(url);
        let proxied = proxied.map_err(|source| SoundError::Remote {
            url: url.to_owned(),
            source,
        })?;
        Ok(Location::loopback_url(proxied)?)
    }
}

/// The address of a file beside the page at `url`.
fn below(url: &str, path: &str) -> String {
    let page = url.split(['?', '#']).next().unwrap_or(url);
    let folder = page
        .strip_suffix("index.html")
        .unwrap_or(page)
        .trim_end_matches('/');
    let path: Vec<String> = path.split('/').map(percent_encoded).collect();
    format!("{folder}/{}", path.join("/"))
}

fn percent_encoded(part: &str) -> String {
    part.bytes()
        .map(|byte| match byte {
            b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// What the page decoded itself in one part, by frame.
struct Inline<'a> {
    file: Option<Location>,
    by_frame: HashMap<u32, Vec<&'a InlineSpan>>,
}

impl<'a> Inline<'a> {
    fn of(pcm: Option<&'a Pcm>, site: &OpenSite, bucket: &Bucket) -> Result<Self, SoundError> {
        let Some(pcm) = pcm else {
            return Ok(Self {
                file: None,
                by_frame: HashMap::new(),
            });
        };
        let url = site.proxy().object_url(bucket, &pcm.object.key);
        let mut by_frame: HashMap<u32, Vec<&InlineSpan>> = HashMap::new();
        for span in &pcm.spans {
            by_frame.entry(span.frame).or_default().push(span);
        }
        Ok(Self {
            file: Some(Location::loopback_url(url)?),
            by_frame,
        })
    }

    fn of_frame(&self, frame: u32) -> Vec<InlineAsset> {
        let Some(file) = &self.file else {
            return Vec::new();
        };
        let spans = self.by_frame.get(&frame).map_or(&[][..], Vec::as_slice);
        let asset = |span: &&InlineSpan| InlineAsset {
            id: span.id.clone(),
            tone_frequency: span.tone_frequency,
            pcm: PcmSpan {
                file: file.clone(),
                offset: span.offset_in_samples * SAMPLE_BYTES,
                samples: span.samples,
            },
        };
        spans.iter().map(asset).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn files_lie_beside_the_page() {
        for page in [
            "http://x/s",
            "http://x/s/",
            "http://x/s/index.html",
            "http://x/s/?a=/b",
        ] {
            assert_eq!(
                below(page, "public/a b.mp3"),
                "http://x/s/public/a%20b.mp3",
                "{page}"
            );
        }
    }
}
