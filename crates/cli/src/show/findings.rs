//! What the doctor found, as a table.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use deploy::doctor::{Finding, Verdict};

/// One row a finding: a sign, what was looked at, what was seen, what to do.
pub(crate) fn table(findings: &[Finding]) -> Table {
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    for finding in findings {
        let advice = finding.advice.as_deref().unwrap_or_default();
        table.add_row([
            sign(finding.verdict),
            &finding.subject,
            &finding.seen,
            advice,
        ]);
    }
    table
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "✔",
        Verdict::NotChecked => "–",
        Verdict::Advice => "!",
        Verdict::Bad => "✘",
    }
}
