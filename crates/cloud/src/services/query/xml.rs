//! Answers in XML.

use http::StatusCode;
use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use crate::request_id::RequestId;
use crate::response::{Response, document};

/// An XML document in the making.
pub(crate) struct Xml(Writer<Vec<u8>>);

impl Xml {
    /// A document without an element.
    pub(crate) fn new() -> Self {
        Self(Writer::new(Vec::with_capacity(1024)))
    }

    /// An element with text.
    pub(crate) fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.within(name, |xml| xml.event(Event::Text(BytesText::new(text))))
    }

    /// An element with text, if there is one.
    pub(crate) fn text_if(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        if let Some(text) = text {
            self.text(name, text);
        }
        self
    }

    /// An element with what `content` writes.
    pub(crate) fn within(&mut self, name: &str, content: impl FnOnce(&mut Self)) -> &mut Self {
        self.event(Event::Start(BytesStart::new(name)));
        content(self);
        self.event(Event::End(BytesEnd::new(name)));
        self
    }

    /// A list: one `member` for each item.
    pub(crate) fn members<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut member: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.within(name, |xml| {
            for item in items {
                xml.within("member", |xml| member(xml, item));
            }
        })
    }

    fn event(&mut self, event: Event<'_>) {
        // INVARIANT: writing to memory does not fail.
        if let Err(error) = self.0.write_event(event) {
            tracing::error!(%error, "XML was not written");
        }
    }
}

/// The answer of a call: its result, if it has one, in the envelope of the protocol.
pub(crate) fn success(call: &str, namespace: &str, id: RequestId, result: Option<Xml>) -> Response {
    let mut body = format!("<{call}Response xmlns=\"{namespace}\">");
    if let Some(Xml(result)) = result {
        body.push_str(&format!("<{call}Result>"));
        body.push_str(&String::from_utf8_lossy(&result.into_inner()));
        body.push_str(&format!("</{call}Result>"));
    }
    body.push_str(&format!(
        "<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{call}Response>"
    ));
    document(StatusCode::OK, "text/xml", body)
}
