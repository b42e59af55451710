//! The page that is generated from the table.

use deploy::calls::Scope;
use deploy::permissions::show::markdown;

/// `docs/permissions.md` is what `framewright permissions show --format markdown` prints.
#[test]
fn the_page_is_what_the_table_says() {
    let scope = Scope::new("aws", "123456789012", "us-east-1").with_every_variant();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
    let page = markdown(&scope);
    if std::env::var_os("FRAMEWRIGHT_WRITE_PAGES").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let there = std::fs::read_to_string(path).unwrap();
    assert!(
        there == page,
        "docs/permissions.md is old: run this test with FRAMEWRIGHT_WRITE_PAGES=1"
    );
}
