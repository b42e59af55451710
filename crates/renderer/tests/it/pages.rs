//! Bundles, and what they hold.

use crate::{Bench, page, page_of};
use protocol::page::Overrides;
use renderer::{PageError, PageRequest, ServeUrl};

#[tokio::test]
async fn compositions_come_evaluated_and_in_order() {
    let mut bench = Bench::new().await;
    let all = bench
        .renderer
        .compositions(&page(), &bench.events)
        .await
        .unwrap();
    let ids: Vec<&str> = all
        .iter()
        .map(|composition| composition.id.as_str())
        .collect();
    assert!(
        ids.starts_with(&["Title", "Photo", "Chart", "Clip", "Hold", "Props", "Broken"]),
        "{ids:?}"
    );
    let hold = all[4].clone().resolve(Overrides::default()).unwrap();
    assert_eq!(
        (
            hold.width.get(),
            hold.height.get(),
            hold.fps,
            hold.duration_in_frames.get()
        ),
        (1280, 720, 30.0, 300)
    );
}

#[tokio::test]
async fn metadata_follows_the_props() {
    let mut bench = Bench::new().await;
    let request = PageRequest {
        input_props: r#"{"seconds":3.5}"#.to_owned(),
        ..page()
    };
    let props = bench
        .renderer
        .composition(&request, "Props", &bench.events)
        .await
        .unwrap();
    assert_eq!(props.duration_in_frames, Some(105.0));
    assert_eq!(
        props.serialized_resolved_props_with_custom_schema,
        r##"{"title":"Hello","seconds":3.5,"colour":"#14342b"}"##
    );
}

#[tokio::test]
async fn props_that_the_page_refuses_are_told_in_its_words() {
    let mut bench = Bench::new().await;
    for props in [r#"{"seconds":-1}"#, r#"{"title":7}"#] {
        let request = PageRequest {
            input_props: props.to_owned(),
            ..page()
        };
        let error = bench
            .renderer
            .composition(&request, "Props", &bench.events)
            .await
            .unwrap_err();
        let PageError::PropsRefused {
            composition,
            exception,
        } = &error
        else {
            panic!("{error:?}")
        };
        assert_eq!(composition, "Props");
        let field = if props.contains("title") {
            "title"
        } else {
            "seconds"
        };
        assert!(exception.message.contains(field), "{error}");
    }
}

#[tokio::test]
async fn an_unknown_composition_is_answered_with_those_that_exist() {
    let mut bench = Bench::new().await;
    let error = bench
        .renderer
        .composition(&page(), "Nope", &bench.events)
        .await
        .unwrap_err();
    let PageError::UnknownComposition { id, available } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(id, "Nope");
    assert!(available.iter().any(|id| id == "Hold"));
    assert!(
        error
            .to_string()
            .starts_with("no composition `Nope`; the bundle has: Title, "),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_no_bundle_is_said_to_be_none() {
    let mut bench = Bench::new().await;
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("index.html");
    let mut answers = Vec::new();
    for html in [
        None,
        Some("<h1>hello</h1>"),
        Some("<script>getStaticCompositions = () => []; siteVersion = '9'</script>"),
    ] {
        if let Some(html) = html {
            std::fs::write(&index, html).unwrap();
        }
        let error = bench
            .renderer
            .compositions(&page_of(folder.path()), &bench.events)
            .await
            .unwrap_err();
        answers.push(error);
    }
    assert!(
        matches!(&answers[0], PageError::NotABundle { .. }),
        "{:?}",
        answers[0]
    );
    assert!(
        matches!(&answers[1], PageError::NotABundle { beginning, .. } if beginning == "<h1>hello</h1>")
    );
    assert!(matches!(&answers[2], PageError::Incompatible { found } if found == "9"));
}

#[tokio::test]
async fn an_address_that_does_not_answer_is_named() {
    let mut bench = Bench::new().await;
    let request = PageRequest {
        site: ServeUrl::Public("http://127.0.0.1:9/site".to_owned()),
        ..page()
    };
    let error = bench
        .renderer
        .compositions(&request, &bench.events)
        .await
        .unwrap_err();
    let PageError::Unreachable { url, reason } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(url, "http://127.0.0.1:9/site/index.html");
    assert!(reason.starts_with("net::ERR_"), "{reason}");
}
