//! What each permission does, and why.

use std::fmt::Write;

use crate::calls::{Part, Scope, Variant, of};
use crate::policy::generate;

/// One permission in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Who has it.
    pub part: Part,
    /// The action.
    pub action: &'static str,
    /// The ARN patterns.
    pub resources: Vec<String>,
    /// The conditions, as `key = value`, and what each keeps out.
    pub conditions: Vec<(String, &'static str)>,
    /// The API calls that need it.
    pub operations: &'static [&'static str],
    /// In which variant it is needed.
    pub variant: Variant,
    /// Why, in one sentence.
    pub why: &'static str,
    /// What becomes of the system without it.
    pub without: String,
}

/// The permissions of `part` in `scope`, in the order of the table.
#[must_use]
pub fn rows(part: Part, scope: &Scope) -> Vec<Row> {
    let rows = of(part, scope);
    rows.map(|call| Row {
        part,
        action: call.action,
        resources: call.resource.arns(scope),
        conditions: call
            .conditions
            .iter()
            .map(|condition| {
                let written = condition.written(scope);
                let shown = format!("{} = {}", written.key, written.values.join(" or "));
                (shown, condition.why())
            })
            .collect(),
        operations: call.operations,
        variant: call.variant,
        why: call.why,
        without: call.without.to_string(),
    })
    .collect()
}

/// A page of documentation: every part with every variant.
#[must_use]
pub fn markdown(scope: &Scope) -> String {
    let mut page = String::from(
        "# What each permission does\n\n\
         Generated from the table of calls by `framewright permissions show --format markdown`; a test compares it. \
         Account, region and names are examples. `when` says in which use a permission is needed; what is not in use \
         is in no policy.\n",
    );
    for part in Part::ALL {
        let size = generate(part, scope).counted_characters();
        let _ = write!(
            page,
            "\n## {part}\n\n{} With everything in use its policy has {size} characters.\n\n\
             | action | on | when | why | without it |\n|---|---|---|---|---|\n",
            part.about()
        );
        for row in rows(part, scope) {
            let on: Vec<_> = row.resources.iter().map(|arn| format!("`{arn}`")).collect();
            let conditions: Vec<_> = row
                .conditions
                .iter()
                .map(|(condition, _)| format!(" if `{condition}`"))
                .collect();
            let _ = writeln!(
                page,
                "| `{}` | {}{} | {} | {} | {} |",
                row.action,
                on.join(", "),
                conditions.concat(),
                row.variant.when(),
                row.why,
                row.without
            );
        }
    }
    page
}
