//! Answers that no service gave, in the words of the protocol that it speaks.

use infra_wire::call::Call;

/// How a service's protocol writes an error.
#[derive(Clone, Copy)]
enum Protocol {
    Json,
    Query,
    Ec2,
    Rest,
}

/// The answer that nothing of that is there: a status and a body.
pub fn nothing_found(call: &Call) -> (u16, String) {
    let operation = &call.operation;
    if operation.starts_with("Get") {
        return (404, error(call, "NoSuchEntity", "it is not known yet"));
    }
    let nothing = match Protocol::of(call) {
        Protocol::Json => "{}".to_owned(),
        Protocol::Query => {
            format!("<{operation}Response><{operation}Result></{operation}Result></{operation}Response>")
        }
        Protocol::Ec2 | Protocol::Rest => format!("<{operation}Response></{operation}Response>"),
    };
    (200, nothing)
}

/// The body of an error.
pub fn error(call: &Call, code: &str, message: &str) -> String {
    match Protocol::of(call) {
        Protocol::Json => serde_json::json!({"__type": code, "message": message}).to_string(),
        Protocol::Query => format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>0</RequestId></ErrorResponse>"
        ),
        Protocol::Ec2 => format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
             <RequestID>0</RequestID></Response>"
        ),
        Protocol::Rest => format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"),
    }
}

impl Protocol {
    fn of(call: &Call) -> Self {
        match call.service.as_str() {
            "ec2" => Self::Ec2,
            "s3" => Self::Rest,
            "autoscaling" | "elasticloadbalancing" | "iam" | "sts" => Self::Query,
            // ECS, ECR, CloudWatch Logs, Application Auto Scaling.
            _ => Self::Json,
        }
    }
}
