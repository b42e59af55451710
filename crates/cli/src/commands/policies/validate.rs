//! `framewright policies validate`.

use std::fmt;
use std::process::ExitCode;

use iam::lint::{Finding, Home, Report, Severity, lint};
use iam::policy::Document;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use serde_json::{Value, json};

use super::PoliciesError;
use super::excerpt::{Excerpt, brief};
use super::input::Documents;
use crate::args::Validate;
use crate::error::CliError;
use crate::show::{Shown, printed};

/// The most findings that are shown as text.
const MOST_SHOWN: usize = 200;

/// Lints every document that is meant; exit code 1 if there are errors.
pub(super) fn run(args: &Validate) -> Result<ExitCode, PoliciesError> {
    let shown = Shown::new(args.output.json);
    let home = args.home.unwrap_or_else(|| Home::of_kind(args.kind));
    let mut failed = false;
    for file in &args.files {
        let documents = Documents::read(file)?;
        for (number, document) in documents.each(args.kind) {
            failed |= match document {
                Ok(document) => {
                    let report = lint(&document, home);
                    if args.output.json {
                        shown.result("", &described(&documents.name, number, &document, &report));
                    } else {
                        printed(&rendered(&documents.name, number, &document, &report));
                    }
                    report.has_errors()
                }
                Err(error) => {
                    CliError::from(PoliciesError::from(documents.refused(&error)))
                        .shown(args.output.json, &crate::acting::Acting::default());
                    true
                }
            };
        }
    }
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn described(name: &str, number: usize, document: &Document, report: &Report) -> Value {
    let finding = |finding: &Finding| {
        let (start, end) = document.positions(finding.span);
        json!({
            "severity": finding.severity.as_str(),
            "rule": finding.rule.as_str(),
            "message": finding.message,
            "fix": finding.fix,
            "start": { "line": start.line, "column": start.column, "offset": finding.span.start },
            "end": { "line": end.line, "column": end.column, "offset": finding.span.end },
        })
    };
    json!({
        "file": name,
        "document": number,
        "kind": document.kind().as_str(),
        "statements": document.statements().len(),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "notChecked": report.unchecked,
        "size": { "counted": report.size.counted, "home": report.size.home.as_str(), "limit": report.size.home.limit() },
    })
}

fn rendered(name: &str, number: usize, document: &Document, report: &Report) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(110)
        .with_context_lines(1);
    let mut text = String::new();
    let source = Excerpt::of(name, document.source());
    for finding in report.findings.iter().take(MOST_SHOWN) {
        let shown = Rendered {
            finding,
            source: &source,
            text: document.source(),
        };
        if handler.render_report(&mut text, &shown).is_err() {
            text += &format!(
                "{}: {}\n",
                finding.severity.as_str(),
                brief(&finding.message)
            );
        }
        text.push('\n');
    }
    if report.findings.len() > MOST_SHOWN {
        text += &format!(
            "and {} more; --json shows all\n",
            report.findings.len() - MOST_SHOWN
        );
    }
    text + &summary(name, number, document, report)
}

fn summary(name: &str, number: usize, document: &Document, report: &Report) -> String {
    let count = |severity: Severity| {
        report
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let counts: Vec<String> = Severity::ALL
        .into_iter()
        .map(|severity| (count(severity), severity.as_str()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        .collect();
    let found = if counts.is_empty() {
        "nothing found".to_owned()
    } else {
        counts.join(", ")
    };
    let statements = document.statements().len();
    let mut text = format!(
        "{name}#{number}: {statements} statement{}, {found}",
        if statements == 1 { "" } else { "s" }
    );
    let size = report.size;
    if let Some(limit) = size.home.limit() {
        text += &format!(
            "; {} of {limit} characters of {}",
            size.counted,
            size.home.holder()
        );
    }
    if !report.unchecked.is_empty() {
        let services: Vec<&str> = report.unchecked.iter().map(String::as_str).collect();
        text += &format!("; not checked: {}", services.join(", "));
    }
    text
}

/// A finding as miette shows it.
struct Rendered<'f> {
    finding: &'f Finding,
    source: &'f Excerpt,
    text: &'f str,
}

impl fmt::Debug for Rendered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Rendered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&brief(&self.finding.message))
    }
}

impl std::error::Error for Rendered<'_> {}

impl Diagnostic for Rendered<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let (severity, rule) = (self.finding.severity.as_str(), self.finding.rule.as_str());
        Some(Box::new(format!("{severity}: {rule}")))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::SecurityWarning | Severity::Warning => miette::Severity::Warning,
            Severity::Suggestion => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.finding
            .fix
            .as_deref()
            .map(|fix| Box::new(brief(fix)) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.finding.span;
        // Of a statement the first line is enough.
        let start = span.start as usize;
        let first_line = span
            .of(self.text)
            .find('\n')
            .map_or(span.end as usize, |end| start + end);
        let mark = self.source.mark(start, first_line);
        Some(Box::new(std::iter::once(LabeledSpan::underline(mark))))
    }
}
