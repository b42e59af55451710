//! Writing an answer.

use crate::json::quote;
use crate::{DenialKind, Record};

/// The answer line to a case, without its line break.
pub fn answer(id: &str, record: &Record) -> String {
    let mut out = String::from("{\"id\":");
    quote(id, &mut out);
    out.push_str(&format!(
        ",\"decision\":\"{}\",\"matched\":[",
        record.decision.as_str()
    ));
    for (index, matched) in record.matched.iter().enumerate() {
        out.push_str(if index > 0 { "," } else { "" });
        out.push_str(&format!(
            "{{\"layer\":\"{}\",\"policy\":",
            matched.layer.as_str()
        ));
        quote(matched.policy.name(), &mut out);
        out.push_str(&format!(
            ",\"statement\":{},\"effect\":\"{}\"}}",
            matched.index,
            matched.effect().as_str()
        ));
    }
    out.push_str("],\"denied_by\":[");
    for (index, denial) in record.denied_by.iter().enumerate() {
        out.push_str(if index > 0 { "," } else { "" });
        let kind = match denial.kind {
            DenialKind::Implicit => "implicit",
            DenialKind::Explicit => "explicit",
        };
        out.push_str(&format!(
            "{{\"layer\":\"{}\",\"kind\":\"{kind}\"}}",
            denial.layer.as_str()
        ));
    }
    out.push_str("]}");
    out
}

/// The answer line to a line that is no case.
pub fn error_answer(id: Option<&str>) -> String {
    let mut out = String::from("{\"id\":");
    match id {
        Some(id) => quote(id, &mut out),
        None => out.push_str("null"),
    }
    out.push_str(",\"decision\":\"error\",\"matched\":[],\"denied_by\":[]}");
    out
}
