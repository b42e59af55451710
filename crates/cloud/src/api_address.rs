//! Which HTTP API a request is addressed to.

use crate::incoming::Head;

/// Where the path form begins. No bucket can have such a name.
const PATH_FORM: &str = "/_aws/execute-api/";

/// The address of a request to an HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiAddress<'a> {
    /// The API's id.
    pub(crate) id: &'a str,
    /// The path within the API, its stage first where it names one; never empty.
    pub(crate) path: &'a str,
}

impl<'a> ApiAddress<'a> {
    /// The API that a request names in its host, `ID.execute-api.localhost` or as AWS spells it, or
    /// in its path, `/_aws/execute-api/ID/…`.
    pub(crate) fn of(head: &'a Head) -> Option<Self> {
        let path = head.raw_path();
        if let Some(id) = head.host().and_then(id_in_host) {
            return Some(Self { id, path });
        }
        let rest = path.strip_prefix(PATH_FORM)?;
        let (id, path) = match rest.find('/') {
            Some(end) => rest.split_at(end),
            None => (rest, "/"),
        };
        (!id.is_empty()).then_some(Self { id, path })
    }
}

fn id_in_host(host: &str) -> Option<&str> {
    let name = host.split(':').next().unwrap_or_default();
    let (id, rest) = name.split_once(".execute-api.")?;
    let known = rest == "localhost" || rest.ends_with(".amazonaws.com");
    (known && !id.is_empty() && !id.contains('.')).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;

    fn check(host: Option<&'static str>, target: &str) -> Option<(String, String)> {
        let mut head = Head::for_tests(Method::GET, target);
        if let Some(host) = host {
            head.headers.insert("host", host.parse().unwrap());
        }
        let address = ApiAddress::of(&head)?;
        Some((address.id.to_owned(), address.path.to_owned()))
    }

    #[test]
    fn apis_are_named_by_host_or_path() {
        let found = |id: &str, path: &str| Some((id.to_owned(), path.to_owned()));
        for host in [
            "a1.execute-api.localhost:4566",
            "a1.execute-api.localhost",
            "a1.execute-api.us-east-1.amazonaws.com",
        ] {
            assert_eq!(check(Some(host), "/x/y?z"), found("a1", "/x/y"), "{host}");
        }
        let host = Some("127.0.0.1:4566");
        assert_eq!(check(host, "/_aws/execute-api/a1/x"), found("a1", "/x"));
        assert_eq!(check(host, "/_aws/execute-api/a1"), found("a1", "/"));
        for target in ["/", "/_aws/execute-api/", "/bucket/_aws/execute-api/a1"] {
            assert_eq!(check(host, target), None, "{target}");
        }
        for host in ["execute-api.localhost", "b.execute-api.example.org"] {
            assert_eq!(check(Some(host), "/"), None, "{host}");
        }
    }
}
