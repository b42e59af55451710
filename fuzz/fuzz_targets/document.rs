//! Any text as a policy document of each kind, and as a line of decision cases.
//!
//! What is read prints and reads back to the same statements; what is refused is refused at a place of the text.
#![no_main]

use iam::case::Case;
use iam::policy::{Document, Kind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for kind in Kind::ALL {
        match Document::parse(text, kind) {
            Err(error) => {
                assert!(error.span.start <= error.span.end && error.span.end as usize <= text.len())
            }
            Ok(document) => check(&document),
        }
    }
    if let Ok(case) = Case::parse(text) {
        let record = iam::evaluate(&case.layers, &case.request);
        assert_eq!(iam::decide(&case.layers, &case.request), record.decision);
    }
});

fn check(document: &Document) {
    let printed = document.to_json();
    let again = Document::parse(&printed, document.kind()).expect("what was printed can be read");
    assert_eq!(document.statements(), again.statements());
    assert_eq!(document.version(), again.version());
    assert_eq!(again.to_json(), printed);
    assert!(document.counted_characters() <= document.source().chars().count());
    for statement in document.statements() {
        let (start, end) = document.positions(statement.span);
        assert!(start < end);
        assert!(statement.span.of(document.source()).starts_with('{'));
    }
}
