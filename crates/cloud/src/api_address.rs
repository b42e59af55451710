//! Which HTTP API a request is addressed to.

use crate::incoming::Head;

/// Where the path form begins. No bucket can have such a name.
const PATH_FORM: &str = "/_aws/execute-api/";

/// The address of a request to an HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiAddress<'a> {
    /// The API's id.
    pub(crate) id: &'a str,
    /// The region where it is, as far as the address tells.
    pub(crate) region: Option<&'a str>,
    /// The path within the API, its stage first where it names one; never empty.
    pub(crate) path: &'a str,
}

impl<'a> ApiAddress<'a> {
    /// The API that a request names in its host, `ID.execute-api.REGION.localhost` or as AWS spells
    /// it, or in its path, `/_aws/execute-api/REGION/ID/…`. Both may leave the region out.
    pub(crate) fn of(head: &'a Head) -> Option<Self> {
        let path = head.raw_path();
        if let Some((id, region)) = head.host().and_then(in_host) {
            return Some(Self { id, region, path });
        }
        let (first, rest) = first_segment(path.strip_prefix(PATH_FORM)?);
        // No id has a dash, and every region has.
        let (region, (id, path)) = if first.contains('-') {
            (Some(first), first_segment(rest.trim_start_matches('/')))
        } else {
            (None, (first, rest))
        };
        (!id.is_empty()).then_some(Self { id, region, path })
    }
}

/// What stands before the first slash, and the path from there on.
fn first_segment(path: &str) -> (&str, &str) {
    match path.find('/') {
        Some(end) => path.split_at(end),
        None => (path, "/"),
    }
}

fn in_host(host: &str) -> Option<(&str, Option<&str>)> {
    let name = host.split(':').next().unwrap_or_default();
    let (id, rest) = name.split_once(".execute-api.")?;
    let region = match rest {
        "localhost" => None,
        _ => {
            let region = rest.strip_suffix(".localhost");
            Some(region.or_else(|| rest.strip_suffix(".amazonaws.com"))?)
        }
    };
    (!id.is_empty() && !id.contains('.')).then_some((id, region))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;

    /// Region, id and path, with `/` between the first two.
    fn check(host: Option<&'static str>, target: &str) -> Option<(String, String)> {
        let mut head = Head::for_tests(Method::GET, target);
        if let Some(host) = host {
            head.headers.insert("host", host.parse().unwrap());
        }
        let address = ApiAddress::of(&head)?;
        let region = address.region.map(|region| format!("{region}/"));
        let id = format!("{}{}", region.unwrap_or_default(), address.id);
        Some((id, address.path.to_owned()))
    }

    #[test]
    fn apis_are_named_by_host_or_path() {
        let found = |id: &str, path: &str| Some((id.to_owned(), path.to_owned()));
        for (host, id) in [
            ("a1.execute-api.localhost:4566", "a1"),
            ("a1.execute-api.localhost", "a1"),
            ("a1.execute-api.eu-west-1.localhost:4566", "eu-west-1/a1"),
            ("a1.execute-api.us-east-1.amazonaws.com", "us-east-1/a1"),
        ] {
            assert_eq!(check(Some(host), "/x/y?z"), found(id, "/x/y"), "{host}");
        }
        let host = Some("127.0.0.1:4566");
        assert_eq!(check(host, "/_aws/execute-api/a1/x"), found("a1", "/x"));
        assert_eq!(check(host, "/_aws/execute-api/a1"), found("a1", "/"));
        let elsewhere = "/_aws/execute-api/eu-west-1/a1";
        assert_eq!(check(host, elsewhere), found("eu-west-1/a1", "/"));
        let deeper = "/_aws/execute-api/eu-west-1/a1/x/y";
        assert_eq!(check(host, deeper), found("eu-west-1/a1", "/x/y"));
        for target in [
            "/",
            "/_aws/execute-api/",
            "/_aws/execute-api/eu-west-1/",
            "/bucket/_aws/execute-api/a1",
        ] {
            assert_eq!(check(host, target), None, "{target}");
        }
        for host in ["execute-api.localhost", "b.execute-api.example.org"] {
            assert_eq!(check(Some(host), "/"), None, "{host}");
        }
    }
}
