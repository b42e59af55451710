//! `framewright render`.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Instant;

use client::env::{self, Environment};
use client::{
    Chunking, Client, Event, FollowError, FollowOptions, OutName, Outcome, OutputFile,
    RenderRequest, RequestedFrames, S3OutputProvider,
};
use futures_util::TryStreamExt;

use super::{deployed, interrupted, of_id};
use crate::args::{Render, TargetName};
use crate::error::CliError;
use crate::session::Session;
use crate::show::{RenderReport, Shown, Snapshot};
use crate::site::Site;
use crate::unfinished::Unfinished;

/// Renders a composition into a file, or goes on with a render.
pub(crate) async fn run(args: Render) -> Result<(), CliError> {
    let begun = Instant::now();
    let mut shown = Shown::new(args.output.json);
    let site = Site::resolve(&args.site)?;
    let out = Destination::of(&args)?;
    let session = Session::open(&args.place, &args.which, &shown).await?;
    let mut id = args.resume.clone();
    let rendered = tokio::select! {
        rendered = render(&session, &args, site, &out, &mut id, &mut shown, begun) => rendered,
        () = interrupted() => Err(CliError::Interrupted { resume: None }),
    };
    match rendered {
        Ok(report) => {
            session.target.finish().await;
            shown.done(&report);
            Ok(())
        }
        Err(CliError::Interrupted { .. }) => {
            session.target.abandon().await;
            Err(CliError::Interrupted {
                resume: id.map(|id| resume_hint(&args, &id)),
            })
        }
        Err(error) => {
            session.target.finish().await;
            Err(error)
        }
    }
}

/// Where the result goes.
enum Destination {
    File(OutputFile),
    /// Stored by the function: bucket and key.
    Stored(OutName),
}

impl Destination {
    fn of(args: &Render) -> Result<Self, CliError> {
        let Some((bucket, key)) = args.out_bucket.clone().zip(args.out_key.clone()) else {
            let default = || PathBuf::from(format!("out/{}.mp4", args.composition));
            let out = args.out.clone().unwrap_or_else(default);
            return Ok(Self::File(OutputFile::new(out, args.overwrite)?));
        };
        let environment = Environment::of_process();
        let key_of = |variable| environment.get(variable).map(str::to_owned);
        let provider = args.out_endpoint.clone().map(|endpoint| S3OutputProvider {
            endpoint,
            access_key_id: key_of(env::S3_OUTPUT_PROVIDER_ACCESS_KEY_ID),
            secret_access_key: key_of(env::S3_OUTPUT_PROVIDER_SECRET_ACCESS_KEY),
            region: args.out_region.clone(),
            force_path_style: None,
        });
        Ok(Self::Stored(OutName::Object {
            bucket_name: bucket,
            key,
            s3_output_provider: provider,
        }))
    }

    /// As a person reads it: a path, or an address in S3.
    fn shown(&self) -> PathBuf {
        match self {
            Self::File(file) => file.path().to_owned(),
            Self::Stored(OutName::Object {
                bucket_name, key, ..
            }) => PathBuf::from(format!("s3://{bucket_name}/{key}")),
            Self::Stored(OutName::Name(name)) => PathBuf::from(name),
        }
    }
}

fn resume_hint(args: &Render, id: &str) -> String {
    format!(
        "go on with: framewright render {} {} --resume {id}",
        args.site, args.composition
    )
}

async fn render(
    session: &Session,
    args: &Render,
    site: Site,
    out: &Destination,
    id: &mut Option<String>,
    shown: &mut Shown,
    begun: Instant,
) -> Result<RenderReport, CliError> {
    let since = jiff::Timestamp::now().as_millisecond();
    let client = session.client();
    let mut unfinished = Unfinished::nothing();
    let (render, outcome) = match &args.resume {
        Some(id) => {
            let render = of_id(client, id)?;
            let outcome = follow(&render, shown).await?;
            (render, outcome)
        }
        None => {
            let site = deployed(session, site, shown).await?;
            let request = request(args, site.serve_url, out);
            let state = session.target.notes_folder(&args.place)?;
            let version = site.version.as_deref();
            unfinished = Unfinished::new(state, &request, version, &out.shown())?;
            start_or_go_on(client, &request, &unfinished, id, shown).await?
        }
    };
    let video = render.video_duration().await.map_err(CliError::Plan)?;
    let bytes = match out {
        Destination::File(file) => client.fetch(&outcome.output, file, |_| {}).await?,
        Destination::Stored(_) => outcome.size,
    };
    unfinished.end()?;
    let logs = if args.keep_logs {
        Some(keep_logs(session, out, &outcome, since).await?)
    } else {
        None
    };
    let seconds = begun.elapsed().as_secs_f64();
    Ok(RenderReport {
        render_id: outcome.id.to_string(),
        out: out.shown(),
        bytes,
        frames: outcome.plan.frames.into(),
        video_seconds: video.map_or(0.0, |video| video.as_secs_f64()),
        seconds,
        frames_per_second: f64::from(outcome.plan.frames) / seconds,
        chunks: outcome.plan.chunks.into(),
        invocations: outcome.invocations.into(),
        cost_usd: outcome.cost.amount,
        identity: session.identity().to_owned(),
        on_aws: session.target.embedded().is_none(),
        logs,
    })
}

/// Goes on with what the same command has begun, or starts a render, and follows it to its end.
async fn start_or_go_on(
    client: &Client,
    request: &RenderRequest,
    unfinished: &Unfinished,
    id: &mut Option<String>,
    shown: &mut Shown,
) -> Result<(client::Render, Outcome), CliError> {
    if let Some(begun) = unfinished.id()? {
        shown.step("going on with the render that this command began before");
        let render = of_id(client, &begun)?;
        *id = Some(begun);
        match follow(&render, shown).await {
            // It was pruned, or the cloud went before it was stored.
            Err(CliError::Follow(FollowError::Unknown(_))) => {}
            followed => return known(unfinished, render, followed),
        }
    }
    shown.step("starting the render");
    let render = client.start(request).await?;
    let started = render.id().to_string();
    *id = Some(started.clone());
    unfinished.begin(&started)?;
    let followed = follow(&render, shown).await;
    known(unfinished, render, followed)
}

/// What failed is not gone on with: the same command starts anew.
fn known(
    unfinished: &Unfinished,
    render: client::Render,
    followed: Result<Outcome, CliError>,
) -> Result<(client::Render, Outcome), CliError> {
    if let Err(CliError::Failed(_)) = &followed {
        unfinished.end()?;
    }
    Ok((render, followed?))
}

fn request(args: &Render, site: String, out: &Destination) -> RenderRequest {
    let mut request = RenderRequest::new(site, &args.composition);
    request.props = args.props.clone().unwrap_or_default();
    request.frames = args
        .frames
        .map(|frames| RequestedFrames::Range(frames.first, Some(frames.last)));
    request.frames_per_function = args.frames_per_function.and_then(NonZeroU32::new);
    request.concurrency = match (args.concurrency, args.place.target) {
        (Some(concurrency), _) => NonZeroU32::new(concurrency),
        (None, TargetName::Embedded) => cores(),
        (None, TargetName::Aws) => None,
    };
    request.chunking = Chunking::Even;
    request.jpeg_quality = args.jpeg_quality.unwrap_or(request.jpeg_quality);
    request.crf = args.crf;
    request.scale = args.scale.unwrap_or(request.scale);
    request.muted = args.muted;
    request.cancellable = true;
    if let Destination::Stored(name) = out {
        request.output = Some((name.clone(), args.overwrite));
    }
    request.frame_timeout = args
        .timeout
        .map_or(request.frame_timeout, |timeout| timeout.0);
    request
}

fn cores() -> Option<NonZeroU32> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    NonZeroU32::new(u32::try_from(cores).unwrap_or(u32::MAX))
}

/// Follows the render to its end and shows how it goes.
async fn follow(render: &client::Render, shown: &mut Shown) -> Result<Outcome, CliError> {
    shown.started(&render.id().to_string());
    let mut events = pin!(render.follow(FollowOptions::default()));
    let mut finished = None;
    while let Some(event) = events.try_next().await? {
        match event {
            Event::Advanced(now) => {
                if let (Some(frames), Some(chunks)) = (now.frames_total, now.chunks_total) {
                    shown.moved(&Snapshot {
                        render_id: render.id().to_string(),
                        frames_rendered: now.frames_rendered.into(),
                        frames: frames.into(),
                        chunks_done: now.chunks_done.into(),
                        chunks: chunks.into(),
                        frames_per_second: now.frames_per_second.unwrap_or_default(),
                        seconds_left: now.time_left.map(|left| left.as_secs_f64()),
                    });
                }
            }
            Event::Retrying(retry) => {
                shown.warning(&format!("chunk {} is tried again", retry.chunk));
            }
            Event::Warning(error) => shown.warning(&error.error.message),
            Event::Throttled => {
                shown.warning("the limit of concurrent executions is used up; waiting");
            }
            Event::TakenUp { silence } => {
                shown.warning(&format!(
                    "no sign of life for {} s; the render was taken up again",
                    silence.as_secs()
                ));
            }
            Event::Finished(outcome) => finished = Some(*outcome),
            _ => {}
        }
    }
    finished.ok_or_else(|| CliError::Interrupted {
        resume: Some(format!("--resume {}", render.id())),
    })
}

/// Writes the log lines of the render beside its output.
async fn keep_logs(
    session: &Session,
    out: &Destination,
    outcome: &Outcome,
    since: i64,
) -> Result<PathBuf, CliError> {
    let function = session.client().installation().function.to_string();
    let text = deploy::logs::of_render(
        session.as_caller(),
        &function,
        &outcome.id.to_string(),
        since,
    )
    .await?;
    let path = match out {
        Destination::File(file) => {
            let mut path = file.path().as_os_str().to_owned();
            path.push(".log");
            PathBuf::from(path)
        }
        Destination::Stored(_) => PathBuf::from(format!("{}.log", outcome.id)),
    };
    std::fs::write(&path, text).map_err(|source| CliError::Write {
        path: path.display().to_string(),
        source,
    })?;
    Ok(path)
}
