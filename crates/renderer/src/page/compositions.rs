//! What a bundle holds.

use crate::error::{PageError, PageException};
use crate::page::globals::{self, PageRole, json};
use crate::page::guard::Failure;
use crate::page::open::OpenPage;
use protocol::page::PageComposition;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::time::Instant;

/// How long the page may take to tell where an exception came from.
const EXPLANATION: Duration = Duration::from_secs(2);

/// All compositions, evaluated.
pub(crate) async fn all(
    page: &mut OpenPage,
    role: PageRole,
) -> Result<Vec<PageComposition>, PageError> {
    mount_root(page, role).await?;
    evaluate(page, "window.getStaticCompositions()", "compositions").await
}

/// The composition `id`, evaluated.
pub(crate) async fn one(
    page: &mut OpenPage,
    role: PageRole,
    id: &str,
) -> Result<PageComposition, PageError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Found {
        Composition(Box<PageComposition>),
        Available(Vec<String>),
    }
    mount_root(page, role).await?;
    // Names first: they are known without evaluating anything, and an unknown one is no exception.
    let script = format!(
        "(async (id) => {{\
           const available = window.remotion_getCompositionNames();\
           return available.includes(id) ? {{composition: await window.remotion_calculateComposition(id)}} : {{available}};\
         }})({})",
        json(id)
    );
    match evaluate(page, &script, id).await? {
        Found::Composition(composition) => Ok(*composition),
        Found::Available(available) => Err(PageError::UnknownComposition {
            id: id.to_owned(),
            available,
        }),
    }
}

async fn mount_root(page: &mut OpenPage, role: PageRole) -> Result<(), PageError> {
    if let Err(failure) = page.run::<()>(&globals::evaluation_script(role)).await {
        return Err(page.error(failure, None).await);
    }
    page.ready(None).await
}

/// Runs a script whose exceptions are the compositions' own.
///
/// They are caught in the page: there the message can be read as it is now, and not as it was when the stack was taken.
async fn evaluate<T: DeserializeOwned>(
    page: &mut OpenPage,
    script: &str,
    composition: &str,
) -> Result<T, PageError> {
    let caught = format!(
        "(async () => {{\
           try {{ return {{value: await {script}}}; }}\
           catch (error) {{\
             if (!(error instanceof Error)) throw error;\
             return {{thrown: {{name: error.name, message: String(error.message), stack: String(error.stack)}}}};\
           }}\
         }})()"
    );
    let exception = match page.run(&caught).await {
        Ok(Outcome::Value(value)) => return Ok(value),
        Ok(Outcome::Thrown {
            name,
            message,
            stack,
        }) => PageException {
            name,
            message,
            stack,
            component_stack: String::new(),
        },
        Err(Failure::Threw(exception)) => exception,
        Err(failure) => return Err(page.error(failure, None).await),
    };
    Err(PageError::PropsRefused {
        composition: composition.to_owned(),
        exception: page.explain(exception, Instant::now() + EXPLANATION).await,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome<T> {
    Value(T),
    Thrown {
        name: String,
        message: String,
        stack: String,
    },
}
