//! What the page threw, read from the texts in which it tells.

use crate::error::PageException;
use chrome::RemoteException;

/// What a `delayRender()` that ran out of time says.
const TIMED_OUT: &str = "A delayRender()";
const NOT_CLEARED: &str = "was called but not cleared after";

/// What it says if the frame should be tried on a new page, and how often.
const RETRY: &str = "- Rendering the frame will be retried.";
const RETRIES_LEFT: &str = "Retries left: ";

impl PageException {
    /// From class, message and stack as V8 writes them: `TypeError: message`, then lines of `    at …`.
    pub(crate) fn from_stack(text: &str) -> Self {
        let (head, _) = text.split_once("\n    at ").unwrap_or((text, ""));
        let (name, message) = match head.split_once(": ") {
            Some((name, message)) if is_class(name) => (name, message),
            _ if is_class(head) => (head, ""),
            _ => ("Error", head),
        };
        Self {
            name: name.to_owned(),
            message: message.to_owned(),
            stack: text.to_owned(),
            component_stack: String::new(),
        }
    }

    /// The label of the `delayRender()` that ran out of time, if this tells of one.
    pub(crate) fn delay_render_label(&self) -> Option<String> {
        let rest = self.message.strip_prefix(TIMED_OUT)?;
        let (label, _) = rest.split_once(NOT_CLEARED)?;
        let label = label.trim().trim_matches('"');
        Some(if label.is_empty() {
            "a handle without a label".to_owned()
        } else {
            label.to_owned()
        })
    }

    /// How often the frame may be tried again on a new page, as its author asked for.
    pub(crate) fn retries_left(&self) -> u32 {
        if !self.stack.contains(RETRY) {
            return 0;
        }
        let digits = self.stack.split(RETRIES_LEFT).nth(1).map(|rest| {
            rest.chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
        });
        digits.and_then(|digits| digits.parse().ok()).unwrap_or(1)
    }
}

impl From<RemoteException> for PageException {
    fn from(exception: RemoteException) -> Self {
        let mut read = Self::from_stack(&exception.description);
        if is_class(&exception.class) && read.name == "Error" {
            read.name = exception.class;
        }
        if !read.stack.contains("\n    at ") {
            for frame in &exception.frames {
                let function = if frame.function.is_empty() {
                    "<anonymous>"
                } else {
                    &frame.function
                };
                read.stack += &format!(
                    "\n    at {function} ({}:{}:{})",
                    frame.url, frame.line, frame.column
                );
            }
        }
        read
    }
}

fn is_class(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_is_taken_apart() {
        let exception = PageException::from_stack(
            "TypeError: a: b\nc\n    at f (x.js:1:2)\n    at g (x.js:3:4)",
        );
        assert_eq!(
            (exception.name.as_str(), exception.message.as_str()),
            ("TypeError", "a: b\nc")
        );
        let plain = PageException::from_stack("something: odd");
        assert_eq!(
            (plain.name.as_str(), plain.message.as_str()),
            ("Error", "something: odd")
        );
    }

    #[test]
    fn a_handle_that_ran_out_of_time_is_named() {
        let text = "Error: A delayRender() \"Loading <Img> with src=a.png\" was called but not cleared after 28000ms. See https://remotion.dev/docs/timeout for help. Retries left: 2 - Rendering the frame will be retried. The delayRender was called: \n    at x";
        let exception = PageException::from_stack(text);
        assert_eq!(
            exception.delay_render_label().as_deref(),
            Some("Loading <Img> with src=a.png")
        );
        assert_eq!(exception.retries_left(), 2);
        assert_eq!(
            PageException::from_stack("Error: else").delay_render_label(),
            None
        );
        assert_eq!(PageException::from_stack("Error: else").retries_left(), 0);
    }
}
