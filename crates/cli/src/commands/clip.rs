//! `framewright clip`.

use std::path::{Path, PathBuf};
use std::pin::pin;

use aws_config::SdkConfig;
use client::credentials::AssumedRole;
use client::{
    CLIP_FORMATS, Client, ClipCutter, ClipErrorCode, ClipObject, ClipOutput, ClipProgress,
    ClipResponse, ClipSource, Event, FollowError, FollowOptions, Installation, InvokeError,
    OutputFile, OutputLocation,
};
use deploy::Account;
use deploy::functions::Package;
use deploy::provision::{ClipWanted, provision_clip};
use futures_util::TryStreamExt;

use super::interrupted;
use crate::args::Clip;
use crate::caller;
use crate::error::CliError;
use crate::locate;
use crate::show::{Shown, human};
use crate::target::{Target, TargetError};

/// How the sessions of the role that asks for clips are named in the event history.
const SESSION_NAME: &str = "framewright-clip";

/// No render function is called for a clip; one is named where a client of renders is made.
const UNCALLED: &str = "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec";

/// A clip was not made.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum ClipCommandError {
    #[error("`{0}` is neither a render id, nor s3://BUCKET/KEY, nor an https address")]
    #[diagnostic(help("the id is what `framewright render` prints when it starts"))]
    Input(String),
    #[error(
        "there is no render `{0}` in the bucket `{1}`, or you may not read its progress (s3:GetObject on renders/{0}/progress.json)"
    )]
    #[diagnostic(help("the id is what `framewright render` prints when it starts"))]
    NoRender(String, String),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Failed(Failed),
}

/// What the cutter or AWS says, and what can be done about it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Failed(client::ClipError);

impl miette::Diagnostic for Failed {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        let client::ClipError::Failed(failure) = &self.0 else {
            return None;
        };
        let help = match failure.code {
            ClipErrorCode::SourceDenied => {
                "the clip cutter reads with its own role: allow that role s3:GetObject on the source"
            }
            ClipErrorCode::SourceMissing => "check the bucket, the key, or the address",
            ClipErrorCode::SourceRefused => {
                "addresses are read by https from public hosts alone; put other sources into S3"
            }
            ClipErrorCode::DiskFull => {
                "--format fmp4 needs no room for the whole clip, where it is not exact"
            }
            ClipErrorCode::OutputFailed => {
                "the clip cutter's role writes under clips/ of the render bucket"
            }
            _ => return None,
        };
        Some(Box::new(help))
    }
}

impl From<client::ClipError> for CliError {
    fn from(error: client::ClipError) -> Self {
        ClipCommandError::Failed(Failed(error)).into()
    }
}

/// What is cut, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Input {
    Render(String),
    Source(ClipSource),
}

impl Input {
    fn read(text: &str) -> Result<Self, ClipCommandError> {
        let unknown = || ClipCommandError::Input(text.to_owned());
        if let Some(rest) = text.strip_prefix("s3://") {
            let (bucket, key) = rest.split_once('/').ok_or_else(unknown)?;
            if bucket.is_empty() || key.is_empty() {
                return Err(unknown());
            }
            return Ok(Self::Source(ClipSource::Object(ClipObject {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
            })));
        }
        // Which addresses are read is the cutter's decision.
        if text.contains("://") {
            return Ok(Self::Source(ClipSource::Url(text.to_owned())));
        }
        match text.parse::<client::RenderId>() {
            Ok(_) => Ok(Self::Render(text.to_owned())),
            Err(_) => Err(unknown()),
        }
    }

    /// The object that the cutter's role must be allowed to read besides the outputs of renders.
    fn object(&self) -> Option<(String, String)> {
        match self {
            Self::Source(ClipSource::Object(object)) => {
                Some((object.bucket.clone(), object.key.clone()))
            }
            _ => None,
        }
    }
}

/// Who asks for clips, and where they go.
struct Desk {
    cutter: ClipCutter,
    renders: Client,
    bucket: String,
}

/// Has a clip made and fetches it.
pub(crate) async fn run(args: Clip) -> Result<(), CliError> {
    let mut shown = Shown::new(args.output.json);
    let input = Input::read(&args.input)?;
    let given = args.out.clone();
    let given = given.map(|path| OutputFile::new(path, args.overwrite));
    let given = given.transpose()?;
    let target = Target::open(&args.place, &shown).await?;
    let made = tokio::select! {
        made = Box::pin(make(&target, &args, &input, given, &mut shown)) => made,
        () = interrupted() => Err(CliError::Interrupted { resume: None }),
    };
    match made {
        Err(error @ CliError::Interrupted { .. }) => {
            target.abandon().await;
            Err(error)
        }
        made => {
            target.finish().await;
            let (clip, out) = made?;
            shown.result(&report(&clip, &out), &object(&clip, &out));
            Ok(())
        }
    }
}

async fn make(
    target: &Target,
    args: &Clip,
    input: &Input,
    given: Option<OutputFile>,
    shown: &mut Shown,
) -> Result<(ClipResponse, PathBuf), CliError> {
    let desk = desk(target, args, input, shown).await?;
    let source = match input {
        Input::Render(id) => ClipSource::Object(output_of(&desk.renders, id).await?),
        Input::Source(source) => source.clone(),
    };
    let clip = client::Clip {
        source,
        from: args.from,
        to: args.to,
        exact: args.exact,
        output: Some(ClipOutput {
            bucket: desk.bucket.clone(),
            key: None,
        }),
        format: args
            .format
            .clone()
            .or_else(|| by_ending(args.out.as_deref())),
        streamed: true,
    };
    shown.step("cutting");
    let progress = |now: ClipProgress| shown.advanced(now.seconds, now.of);
    let made = desk.cutter.cut(&clip, progress).await?;
    let out = match given {
        Some(out) => out,
        None => OutputFile::new(default_out(&made), args.overwrite)?,
    };
    shown.step("fetching the clip");
    let output = OutputLocation {
        bucket: made.output.bucket.clone(),
        key: made.output.key.clone(),
    };
    desk.renders.fetch(&output, &out, |_| {}).await?;
    Ok((made, out.path().to_owned()))
}

/// On the embedded cloud the cutter is provisioned and its invoker's role assumed; on AWS the caller asks what is there.
async fn desk(
    target: &Target,
    args: &Clip,
    input: &Input,
    shown: &Shown,
) -> Result<Desk, CliError> {
    let (caller, bucket, account): (SdkConfig, String, String) = if target.embedded().is_some() {
        if args.bucket.is_some() {
            return Err(TargetError::ForAws("--bucket").into());
        }
        let package = Package::of_code(&locate::clip_zip(args.clip_zip.clone())?)?;
        shown.step("provisioning");
        let wanted = ClipWanted {
            package,
            source: input.object(),
        };
        let account = Account::open(target.config()).await?;
        let provisioned = provision_clip(&account, &wanted).await?;
        for change in &provisioned.changes {
            tracing::info!("{change}");
        }
        let arn = &provisioned.invoker_role_arn;
        let role = AssumedRole::assume(target.config(), arn, SESSION_NAME, None).await?;
        let scope = provisioned.scope;
        (role.config().clone(), scope.bucket, scope.account)
    } else {
        let identity = caller::identity(target).await?;
        let bucket = client::render_bucket(target.config(), args.bucket.as_deref()).await?;
        (
            target.config().clone(),
            bucket.to_string(),
            identity.account,
        )
    };
    let installation = Installation {
        function: UNCALLED.parse().map_err(|_| CliError::NoState)?,
        bucket: bucket.as_str().into(),
        account,
    };
    let mut renders = Client::new(&caller, installation);
    if let Some(resolved) = target.resolved() {
        renders = renders
            .renewing(&resolved.held)
            .trusting(resolved.bundle.clone());
    }
    Ok(Desk {
        cutter: ClipCutter::new(&caller),
        renders,
        bucket,
    })
}

/// The output of a render, when it is finished.
async fn output_of(client: &Client, id: &str) -> Result<ClipObject, CliError> {
    let parsed = id
        .parse()
        .map_err(|_| CliError::NoRenderId(id.to_owned()))?;
    let render = client.render(parsed);
    let mut events = pin!(render.follow(FollowOptions::default()));
    // Whoever asks for clips need not be allowed to list the bucket, and is denied what is not there; nor to ask the
    // render's function, which would be asked then.
    let told = |error| match error {
        FollowError::Invoke(InvokeError::Denied(_)) => {
            let bucket = client.installation().bucket.to_string();
            ClipCommandError::NoRender(id.to_owned(), bucket).into()
        }
        error => CliError::from(error),
    };
    while let Some(event) = events.try_next().await.map_err(told)? {
        if let Event::Finished(outcome) = event {
            return Ok(ClipObject {
                bucket: outcome.output.bucket,
                key: outcome.output.key,
            });
        }
    }
    Err(CliError::NoRenderId(id.to_owned()))
}

/// The format that a file's ending names.
fn by_ending(out: Option<&Path>) -> Option<String> {
    let ending = out?.extension()?.to_str()?.to_ascii_lowercase();
    CLIP_FORMATS.contains(&ending.as_str()).then_some(ending)
}

/// `clips/<name>/<from>-<to>.<ending>` becomes `out/<name>-<from>-<to>.<ending>`.
fn default_out(clip: &ClipResponse) -> PathBuf {
    let mut parts = clip.output.key.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let name = parts.next().unwrap_or("clip");
    Path::new("out").join(format!("{name}-{file}"))
}

fn report(clip: &ClipResponse, out: &Path) -> String {
    let frames = match clip.frames {
        0 => String::new(),
        frames => format!(", {frames} frames"),
    };
    let how = if clip.reencoded {
        "partly or wholly encoded"
    } else {
        "copied"
    };
    format!(
        "{}: {}, {}{frames}, {how}\nfrom {} of the source\ns3://{}/{}",
        out.display(),
        human::bytes(clip.size),
        human::seconds(clip.duration),
        human::seconds(clip.starts_at),
        clip.output.bucket,
        clip.output.key
    )
}

fn object(clip: &ClipResponse, out: &Path) -> serde_json::Value {
    serde_json::json!({
        "out": out,
        "bucket": clip.output.bucket,
        "key": clip.output.key,
        "bytes": clip.size,
        "format": clip.format,
        "seconds": clip.duration,
        "startsAt": clip.starts_at,
        "frames": clip.frames,
        "reencoded": clip.reencoded,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_told_apart() {
        let object = Input::read("s3://b/a/k.mp4").unwrap();
        assert_eq!(object.object(), Some(("b".into(), "a/k.mp4".into())));
        let address = Input::read("https://h/a.mp4").unwrap();
        assert_eq!(
            address,
            Input::Source(ClipSource::Url("https://h/a.mp4".into()))
        );
        assert_eq!(
            Input::read("abcdefghij").unwrap(),
            Input::Render("abcdefghij".into())
        );
        for wrong in ["s3://b", "s3:///k", "no id", ""] {
            assert!(Input::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn endings_name_formats() {
        assert_eq!(by_ending(Some(Path::new("a/b.WEBM"))), Some("webm".into()));
        assert_eq!(by_ending(Some(Path::new("a/b.avi"))), None);
        assert_eq!(by_ending(None), None);
    }
}
