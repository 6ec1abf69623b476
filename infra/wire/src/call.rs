//! A call as it goes over the wire: which operation of which service it is.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The service that it is signed for, such as `ecs`.
    pub service: String,
    /// The operation, such as `CreateRole`; of S3 the method.
    pub operation: String,
    /// The same for the same call, whoever repeats it.
    pub key: u64,
}

impl Call {
    /// Reads it off a request.
    pub fn of(request: &HttpRequest) -> Self {
        let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
        let body = request.body().bytes().unwrap_or_default();
        let form = std::str::from_utf8(body).ok();
        let action = form.and_then(|form| form.split('&').next()?.strip_prefix("Action="));
        // Credential=<key>/<day>/<region>/<service>/aws4_request
        let signed = request.headers().get("authorization").unwrap_or_default();
        let service = signed.split("Credential=").nth(1).and_then(|scope| scope.split('/').nth(3));
        let service = service.unwrap_or_default();
        let operation = target.or(action).unwrap_or(request.method());
        Self {
            service: service.to_owned(),
            operation: operation.to_owned(),
            key: key([service, operation, request.method(), request.uri()], body),
        }
    }

    /// A call of this name, for tests.
    #[cfg(test)]
    pub fn named(operation: &str, key: u64) -> Self {
        Self { service: String::new(), operation: operation.to_owned(), key }
    }

    /// Whether it makes something that a second call would make again or be refused. `RunTask` is not one of them: by the
    /// token in ours, ECS knows the same call again and starts nothing twice.
    pub fn creates(&self) -> bool {
        ["Create", "Register"].iter().any(|prefix| self.operation.starts_with(prefix))
    }

    /// Whether it changes something.
    pub fn is_write(&self) -> bool {
        const READS: [&str; 7] = ["Describe", "List", "Get", "BatchGet", "BatchCheck", "GET", "HEAD"];
        !READS.iter().any(|prefix| self.operation.starts_with(prefix))
    }

    /// Whether it changes something that has to be there, and to stay.
    pub fn needs_what_it_names(&self) -> bool {
        // S3 deletes many objects by `POST`.
        const REMOVING: [&str; 8] =
            ["Delete", "Remove", "Detach", "Deregister", "Revoke", "Untag", "DELETE", "POST"];
        self.is_write() && !REMOVING.iter().any(|prefix| self.operation.starts_with(prefix))
    }
}

/// Tokens by which a service knows a repeated call are new in each call that we make ourselves.
fn key(head: [&str; 4], body: &[u8]) -> u64 {
    let mut hash = DefaultHasher::new();
    head.hash(&mut hash);
    for field in body.split(|&byte| byte == b'&').filter(|field| !field.starts_with(b"ClientToken=")) {
        field.hash(&mut hash);
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::body::SdkBody;

    fn call(method: &str, headers: &[(&'static str, &'static str)], body: &'static str) -> Call {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method).unwrap();
        for &(name, value) in headers {
            request.headers_mut().insert(name, value);
        }
        Call::of(&request)
    }

    #[test]
    fn each_protocol_names_its_operation_in_its_own_way() {
        let json =
            call("POST", &[("x-amz-target", "AmazonEC2ContainerServiceV20141113.CreateService")], "{}");
        assert_eq!(json.operation, "CreateService");
        let query = call("POST", &[], "Action=CreateRole&Version=2010-05-08");
        assert_eq!(query.operation, "CreateRole");
        let rest = call("PUT", &[], "");
        assert_eq!(rest.operation, "PUT");
    }

    #[test]
    fn writes_are_known_from_reads() {
        for (operation, is_write) in
            [("DescribeVpcs", false), ("HEAD", false), ("PUT", true), ("TagRole", true)]
        {
            assert_eq!(Call::named(operation, 0).is_write(), is_write, "{operation}");
        }
    }

    #[test]
    fn a_call_that_a_token_makes_repeatable_is_not_one_that_would_make_a_thing_again() {
        for (operation, creates) in [
            ("CreateService", true),
            ("RegisterTaskDefinition", true),
            ("RunTask", false),
            ("PutRolePolicy", false),
        ] {
            assert_eq!(Call::named(operation, 0).creates(), creates, "{operation}");
        }
    }

    #[test]
    fn a_repeated_call_is_known_by_its_key() {
        let key = |body| call("POST", &[], body).key;
        assert_eq!(key("Action=A&Name=x&ClientToken=1"), key("Action=A&Name=x&ClientToken=2"));
        assert_ne!(key("Action=A&Name=x"), key("Action=A&Name=y"));
    }
}
