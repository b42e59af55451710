//! What the account that `--target` names knows: a principal's policies, and what was called.

use client::credentials::who_am_i;
use cloud::{EventQuery, Region};
use deploy::principal::{Held, policies_of};
use iam::{Caller, Layer, Layers};

use super::PoliciesError;
use crate::args::Place;
use crate::error::CliError;
use crate::show::Shown;
use crate::target::{self, Target};

/// Refuses a principal of another account than the target's: who has the same name there is somebody else.
pub(super) async fn same_account(target: &Target, principal: &Caller) -> Result<(), CliError> {
    let Some(told) = principal.account() else {
        return Ok(());
    };
    let here = who_am_i(target.config()).await?.account;
    if told.as_str() == here {
        return Ok(());
    }
    Err(PoliciesError::OtherAccount {
        told: told.to_string(),
        here,
    }
    .into())
}

/// Reads the policies of a principal. What could not be read is warned of.
pub(super) async fn held(
    place: &Place,
    principal: &Caller,
    shown: &Shown,
) -> Result<Held, CliError> {
    let target = Target::open(place, shown).await?;
    let held = policies_of(target.config(), principal).await;
    target.finish().await;
    let held = held?;
    let mut told = Vec::new();
    for unread in held.unread.iter().chain(&held.unread_boundary) {
        if !told.contains(&unread) {
            shown.warning(&format!("unknown: {unread}"));
            told.push(unread);
        }
    }
    Ok(held)
}

/// Adds what was read to the layers that files give; a boundary that a file gives stands in place of the account's.
pub(super) fn add(layers: &mut Layers, held: &Held) {
    layers.identity.extend(held.identity());
    if layers.boundary.is_none() {
        layers.boundary.clone_from(&held.boundary);
    }
}

/// The layers that were read, with whether they were read wholly.
pub(super) fn read_layers(held: &Held) -> [(Layer, bool); 2] {
    [
        (Layer::Identity, held.unread.is_empty()),
        (Layer::Boundary, held.unread_boundary.is_empty()),
    ]
}

/// The event history of the embedded cloud, oldest first, an event a line.
pub(super) async fn history(place: &Place, shown: &Shown) -> Result<String, CliError> {
    let target = Target::open(place, shown).await?;
    let records = match target.embedded() {
        Some(cloud) => target::asking(cloud, Region::default())
            .events(&EventQuery::default())
            .await
            .map_err(CliError::Asked),
        None => Err(PoliciesError::NoHistory.into()),
    };
    target.finish().await;
    let mut lines = String::new();
    for record in records?.iter().rev() {
        lines += &serde_json::to_string(record).map_err(PoliciesError::History)?;
        lines.push('\n');
    }
    Ok(lines)
}
