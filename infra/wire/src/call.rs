//! A call as it goes over the wire: which operation of which service it is.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use infra_engine::caller::OPERATIONS;
use infra_engine::operations::Effect;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The service that it is signed for, such as `ecs`.
    pub service: String,
    /// The operation, such as `CreateRole`; of S3 the method.
    pub operation: String,
    /// What it does.
    pub effect: Effect,
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
            effect: effect(operation),
            key: key([service, operation, request.method(), request.uri()], body),
        }
    }

    /// A call of which nothing but its operation is known.
    pub fn named(operation: &str, key: u64) -> Self {
        let (service, operation) = (String::new(), operation.to_owned());
        Self { service, effect: effect(&operation), operation, key }
    }

    /// Whether it changes something.
    pub fn is_write(&self) -> bool {
        self.effect != Effect::Reads
    }
}

/// What an operation does: as the kind that calls declares it. Of what no kind declares the name decides, as the commands' own calls;
/// one that says nothing writes. `RunTask` does not create: by the token in ours, ECS knows the same call again.
fn effect(operation: &str) -> Effect {
    // S3 deletes many objects by `POST`.
    const BY_NAME: [(Effect, &[&str]); 3] = [
        (Effect::Reads, &["Describe", "List", "Get", "BatchGet", "BatchCheck", "GET", "HEAD"]),
        (Effect::Creates, &["Create", "Register"]),
        (Effect::Removes, &["Delete", "Remove", "Detach", "Deregister", "Revoke", "Untag", "DELETE", "POST"]),
    ];
    let declared = OPERATIONS.try_with(|operations| operations.effect(operation));
    let is_so = |prefixes: &[&str]| prefixes.iter().any(|prefix| operation.starts_with(prefix));
    let by_name = || BY_NAME.into_iter().find(|(_, prefixes)| is_so(prefixes)).map(|(effect, _)| effect);
    declared.ok().flatten().or_else(by_name).unwrap_or(Effect::Changes)
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
    use infra_engine::Operations;

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
    fn what_no_kind_declares_is_known_by_its_name_and_is_a_write_otherwise() {
        for (operation, expected) in [
            ("DescribeVpcs", Effect::Reads),
            ("HEAD", Effect::Reads),
            ("CreateService", Effect::Creates),
            ("RunTask", Effect::Changes),
            ("Frobnicate", Effect::Changes),
            ("DeleteRole", Effect::Removes),
        ] {
            assert_eq!(Call::named(operation, 0).effect, expected, "{operation}");
        }
    }

    #[test]
    fn what_the_kind_that_calls_declares_counts_more_than_a_name() {
        let declared = Operations {
            reads: &["Look"],
            creates: &[],
            changes: &["CreateOrUpdateTags"],
            removes: &["StopTask"],
        };
        let effects = OPERATIONS.sync_scope(declared, || {
            ["Look", "CreateOrUpdateTags", "StopTask", "GetRole"].map(|it| Call::named(it, 0).effect)
        });
        assert_eq!(effects, [Effect::Reads, Effect::Changes, Effect::Removes, Effect::Reads]);
    }

    #[test]
    fn a_repeated_call_is_known_by_its_key() {
        let key = |body| call("POST", &[], body).key;
        assert_eq!(key("Action=A&Name=x&ClientToken=1"), key("Action=A&Name=x&ClientToken=2"));
        assert_ne!(key("Action=A&Name=x"), key("Action=A&Name=y"));
    }
}
