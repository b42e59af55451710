//! `framewright policies simulate`.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::ExitCode;

use iam::case::{Case, answer, error_answer, id_of};
use iam::message::{Style, denial};
use iam::trace::parse_request;
use iam::{Record, Request, evaluate};

use super::PoliciesError;
use super::input::InputError;
use super::layers::layers;
use crate::args::Simulate;
use crate::show::{Shown, printed};

/// The longest line of a case, in bytes.
const LONGEST: usize = 16 * 1024 * 1024;

/// Decides one request, or every line of standard input. Exit code 1 if the request is denied or a line is no case.
pub(super) fn run(args: &Simulate) -> Result<ExitCode, PoliciesError> {
    if args.jsonl {
        let all_read = answer_lines().map_err(|source| {
            PoliciesError::from(InputError::Read {
                name: "standard input".to_owned(),
                source,
            })
        })?;
        return Ok(if all_read {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    let shown = Shown::new(args.output.json);
    let words: Vec<&str> = args.request.iter().map(String::as_str).collect();
    let request = parse_request(&words).map_err(PoliciesError::Request)?;
    let (layers, _) = layers(&args.policies, Some(&request), &shown)?;
    let record = evaluate(&layers, &request);
    if args.output.json {
        printed(&answer("request", &record));
    } else {
        printed(&text(&record, &request));
    }
    Ok(if record.decision.is_allowed() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn text(record: &Record, request: &Request) -> String {
    let mut lines = vec![record.decision.as_str().to_owned()];
    for matched in &record.matched {
        let sid = matched
            .sid()
            .map(|sid| format!(" ({sid})"))
            .unwrap_or_default();
        let (start, _) = matched.positions();
        lines.push(format!(
            "  {} in {} `{}`: statement {}{sid} at {start}",
            matched.effect().as_str(),
            matched.layer.as_str(),
            matched.policy.name(),
            matched.index,
        ));
    }
    for denial in &record.denied_by {
        lines.push(format!("  against it: {}", denial.layer.as_str()));
    }
    if !record.missing_keys.is_empty() {
        lines.push(format!(
            "  absent keys that were asked for: {}",
            record.missing_keys.join(", ")
        ));
    }
    lines.extend(denial(
        record,
        request,
        Style::of_service(request.action.service()),
    ));
    lines.join("\n")
}

/// Answers each line of standard input; whether all of them could be read.
fn answer_lines() -> std::io::Result<bool> {
    let mut input = BufReader::new(std::io::stdin().lock());
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let mut all_read = true;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input
            .by_ref()
            .take(LONGEST as u64)
            .read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        if read == LONGEST && line.last() != Some(&b'\n') {
            skip_line(&mut input)?;
            line.clear();
        }
        let text = std::str::from_utf8(&line).map(str::trim);
        let text = match text {
            Ok("") if !line.is_empty() => continue,
            other => other.unwrap_or_default(),
        };
        let said = match Case::parse(text) {
            Ok(case) => answer(&case.id, &evaluate(&case.layers, &case.request)),
            Err(error) => {
                all_read = false;
                tracing::warn!(%error, "a line is no case");
                error_answer(id_of(text).as_deref())
            }
        };
        writeln!(output, "{said}")?;
    }
    output.flush()?;
    Ok(all_read)
}

/// Steps over the rest of a line without keeping it.
fn skip_line(input: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let step = end.map_or(buffer.len(), |end| end + 1);
        input.consume(step);
        if end.is_some() || step == 0 {
            return Ok(());
        }
    }
}
