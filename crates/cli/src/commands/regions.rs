//! `framewright regions`.

use deploy::regions::{self, Region};

use crate::args::Regions;
use crate::show::{Shown, rows};

/// Lists regions.
pub(crate) fn run(args: &Regions) {
    let listed: Vec<_> = regions::all()
        .filter(|region| region.by_default || !args.default_only)
        .collect();
    let table = rows(["region", "enabled"], &listed, |region: &Region| {
        let enabled = if region.by_default {
            "always"
        } else {
            "on request"
        };
        [region.name.to_owned(), enabled.to_owned()]
    });
    Shown::new(args.output.json).result(&table, &serde_json::json!({ "regions": listed }));
}
