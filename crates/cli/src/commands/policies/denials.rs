//! Recent denials of an account: which there are, and which is meant.

use deploy::denials::{Denials, Denied, recent};
use jiff::Timestamp;
use serde_json::json;

use super::PoliciesError;
use crate::args::Place;
use crate::error::CliError;
use crate::show::{Shown, rows};
use crate::target::Target;

/// How many denials are listed at most.
const LISTED: usize = 20;

/// How many pages of the event history are looked through for them. AWS answers two a second.
const PAGES: usize = 20;

/// Lists what was denied of late; the event that is meant, or the newest.
pub(super) async fn chosen(
    place: &Place,
    id: Option<&str>,
    shown: &Shown,
) -> Result<String, CliError> {
    let target = Target::open(place, shown).await?;
    shown.step("looking for denials in the event history");
    let looked = recent(target.config(), LISTED, PAGES).await;
    let region = target.region().to_owned();
    target.finish().await;
    let denials = looked.map_err(|error| {
        if error.is_denied() {
            PoliciesError::MayNotLook(error)
        } else {
            PoliciesError::Call(error)
        }
    })?;
    let picked = match id {
        Some(id) => denials.found.iter().find(|denied| denied.id == id),
        None => denials.found.first(),
    };
    if !denials.found.is_empty() {
        shown.result(&text(&denials, picked), &object(&denials, picked));
    }
    match (picked, id) {
        (Some(denied), _) => Ok(denied.event.clone()),
        (None, Some(id)) => Err(PoliciesError::NoSuchEvent(id.to_owned()).into()),
        (None, None) => Err(PoliciesError::NoDenials {
            region,
            seen: denials.seen,
        }
        .into()),
    }
}

fn text(denials: &Denials, picked: Option<&Denied>) -> String {
    let header = ["denial", "who", "call", "event"];
    let table = rows(header, &denials.found, |denied| {
        let sign = if Some(denied) == picked { "→" } else { " " };
        let caller = denied.caller.as_deref().unwrap_or("?");
        [
            format!("{sign} {}", whole_seconds(denied.at)),
            caller.to_owned(),
            denied.call.clone(),
            denied.id.clone(),
        ]
    });
    let more = if denials.has_more {
        "\nthere may be older ones"
    } else {
        ""
    };
    format!("{table}{more}\n--event fixes another one than that with the arrow\n")
}

fn object(denials: &Denials, picked: Option<&Denied>) -> serde_json::Value {
    let found = denials.found.iter().map(|denied| {
        json!({
            "eventId": denied.id,
            "at": whole_seconds(denied.at),
            "caller": denied.caller,
            "call": denied.call,
            "message": denied.message,
        })
    });
    json!({
        "denials": found.collect::<Vec<_>>(),
        "eventsSeen": denials.seen,
        "hasMore": denials.has_more,
        "fixes": picked.map(|denied| &denied.id),
    })
}

fn whole_seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
