//! From a request to a plan: the page is opened once and the composition evaluated.

use protocol::error_info::ErrorKind;
use protocol::state::{PagePlan, Plan, Request};
use renderer::{Renderer, StartError};
use store::Bucket;
use tokio::sync::mpsc;

use super::failure::{Failure, Retry};
use super::hands::Hands;
use crate::clock::now_unix_ms;
use crate::log_lines;
use crate::output;
use crate::page::{self, OpenSite};
use crate::rendering::{page_failure, unopened};
use crate::request::{self, DEFAULT_OUTPUT, Evaluated};

/// Evaluates the composition and plans the render.
pub(super) async fn evaluate(
    hands: &Hands,
    request: &Request,
    renderer: Result<Renderer, StartError>,
) -> Result<Plan, Failure> {
    request::check(&request.start).map_err(|error| wrong(&error))?;
    let mut renderer = renderer.map_err(|error| broken(&error, ErrorKind::Browser))?;
    let bucket = &hands.documents.bucket;
    let start = &request.start;
    let (site, props, ()) = tokio::try_join!(
        async {
            let open = OpenSite::open(&request.site, bucket, &hands.function.cache).await;
            open.map_err(|error| unopened(&error))
        },
        async {
            page::input_props(&start.input_props, bucket)
                .await
                .map_err(|error| unopened(&error))
        },
        must_not_exist(hands, request),
    )?;
    let page = site.page(&request.site, &page_plan(request), props);
    let (events, console) = mpsc::unbounded_channel();
    let logging = tokio::spawn(log_lines::console(console));
    let evaluated = Box::pin(renderer.composition(&page, &start.composition, &events)).await;
    drop(events);
    // The console is logged to its end; a panic there costs log lines alone.
    let _logged = logging.await;
    let now_unix_ms = now_unix_ms();
    let composition = evaluated
        .map_err(|error| site.or_denial(page_failure(&error)))?
        .resolve(request::overrides(start))
        .map_err(|error| wrong(&error))?;
    let evaluated = Evaluated {
        composition,
        merge_above_bytes: hands.function.environment.merge_above_bytes(),
        opened_at_unix_ms: now_unix_ms,
        now_unix_ms,
    };
    request::plan(request, evaluated).map_err(|error| wrong(&error))
}

fn page_plan(request: &Request) -> PagePlan {
    let start = &request.start;
    PagePlan {
        input_props: start.input_props.clone(),
        env_variables: start.env_variables.clone(),
        timeout_in_milliseconds: start.timeout_in_milliseconds,
        chromium_options: start.chromium_options.clone(),
        log_level: start.log_level,
        media_cache_size_in_bytes: start.media_cache_size_in_bytes,
        offthread_video_cache_size_in_bytes: start.offthread_video_cache_size_in_bytes,
    }
}

/// An output that must not be replaced must not be there. Where that cannot be known, the upload decides.
async fn must_not_exist(hands: &Hands, request: &Request) -> Result<(), Failure> {
    if request.start.overwrite {
        return Ok(());
    }
    let (bucket, key) = output_place(hands, request).await;
    if Box::pin(bucket.head(&key)).await.is_err() {
        return Ok(());
    }
    let region = &hands.function.environment.region;
    Err(Failure::of_launch(
        format!(
            "Output file \"{key}\" in bucket \"{}\" in region \"{region}\" already exists. Delete it before re-rendering, or set the 'overwrite' option to overwrite it.",
            bucket.name()
        ),
        Retry::Never,
    ))
}

async fn output_place(hands: &Hands, request: &Request) -> (Bucket, String) {
    let own = &hands.documents.bucket;
    let out_name = request.start.out_name.as_ref();
    let keys = &hands.documents.keys;
    let (bucket, key) = output::place(out_name, own.name(), keys, DEFAULT_OUTPUT);
    let provider = output::provider(out_name);
    let bucket = output::bucket(&hands.function, own, (&bucket, &key), provider).await;
    (bucket, key)
}

/// The request itself is wrong.
fn wrong(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::of_launch(log_lines::chain(error), Retry::Never)
}

fn broken(error: &(dyn std::error::Error + 'static), kind: ErrorKind) -> Failure {
    Failure {
        kind,
        ..Failure::of_launch(log_lines::chain(error), Retry::Death)
    }
}
