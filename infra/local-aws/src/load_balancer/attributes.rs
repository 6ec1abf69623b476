//! Attributes: which there are, what they are unless they are set, and what they may be.

use super::actions::text;
use super::form::invalid;
use crate::api_error::ApiError;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// All attributes of something.
pub type Attributes = BTreeMap<String, String>;

/// What a value may be.
pub enum Valid {
    Any,
    Bool,
    Number(u32, u32),
    NumberOrZero(u32, u32),
    NumberOrOff(u32, u32),
    OneOf(&'static [&'static str]),
    Fits(fn(&str) -> bool),
}

use Valid::{Any, Bool, Fits, Number, NumberOrOff, NumberOrZero, OneOf};

/// Which attributes a kind of resource has: name, initial value, what it may be.
pub struct Kind {
    name: &'static str,
    all: &'static [(&'static str, &'static str, Valid)],
}

/// Of load balancers.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html>
pub const LOAD_BALANCER: Kind = Kind {
    name: "Load balancer",
    all: &[
        ("access_logs.s3.bucket", "", Any),
        ("access_logs.s3.enabled", "false", Bool),
        ("access_logs.s3.prefix", "", Any),
        ("client_keep_alive.seconds", "3600", Number(60, 604_800)),
        ("connection_logs.s3.bucket", "", Any),
        ("connection_logs.s3.enabled", "false", Bool),
        ("connection_logs.s3.prefix", "", Any),
        ("deletion_protection.enabled", "false", Bool),
        ("health_check_logs.s3.bucket", "", Any),
        ("health_check_logs.s3.enabled", "false", Bool),
        ("health_check_logs.s3.prefix", "", Any),
        ("idle_timeout.timeout_seconds", "60", Number(1, 4000)),
        ("ipv6.deny_all_igw_traffic", "false", Bool),
        ("load_balancing.cross_zone.enabled", "true", OneOf(&["true"])),
        ("routing.http.desync_mitigation_mode", "defensive", OneOf(&["monitor", "defensive", "strictest"])),
        ("routing.http.drop_invalid_header_fields.enabled", "false", Bool),
        ("routing.http.preserve_host_header.enabled", "false", Bool),
        ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false", Bool),
        ("routing.http.xff_client_port.enabled", "false", Bool),
        ("routing.http.xff_header_processing.mode", "append", OneOf(&["append", "preserve", "remove"])),
        ("routing.http2.enabled", "true", Bool),
        ("waf.fail_open.enabled", "false", Bool),
        ("zonal_shift.config.enabled", "false", Bool),
    ],
};

/// Of target groups.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html>
pub const TARGET_GROUP: Kind = Kind {
    name: "Target group",
    all: &[
        ("deregistration_delay.timeout_seconds", "300", Number(0, 3600)),
        ("load_balancing.algorithm.anomaly_mitigation", "off", OneOf(&["on", "off"])),
        (
            "load_balancing.algorithm.type",
            "round_robin",
            OneOf(&["round_robin", "least_outstanding_requests", "weighted_random"]),
        ),
        (
            "load_balancing.cross_zone.enabled",
            "use_load_balancer_configuration",
            OneOf(&["true", "false", "use_load_balancer_configuration"]),
        ),
        ("slow_start.duration_seconds", "0", NumberOrZero(30, 900)),
        ("stickiness.app_cookie.cookie_name", "", Any),
        ("stickiness.app_cookie.duration_seconds", "86400", Number(1, 604_800)),
        ("stickiness.enabled", "false", Bool),
        ("stickiness.lb_cookie.duration_seconds", "86400", Number(1, 604_800)),
        ("stickiness.type", "lb_cookie", OneOf(&["lb_cookie", "app_cookie"])),
        ("target_group_health.dns_failover.minimum_healthy_targets.count", "1", NumberOrOff(1, 10_000)),
        ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off", NumberOrOff(1, 100)),
        ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1", Number(1, 10_000)),
        (
            "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
            "off",
            NumberOrOff(1, 100),
        ),
    ],
};

/// Of listeners.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html>
pub const LISTENER: Kind = Kind {
    name: "Listener",
    all: &[
        ("routing.http.response.access_control_allow_credentials.header_value", "", Any),
        ("routing.http.response.access_control_allow_headers.header_value", "", Any),
        ("routing.http.response.access_control_allow_methods.header_value", "", Any),
        ("routing.http.response.access_control_allow_origin.header_value", "", Any),
        ("routing.http.response.access_control_expose_headers.header_value", "", Any),
        ("routing.http.response.access_control_max_age.header_value", "", Any),
        ("routing.http.response.content_security_policy.header_value", "", Any),
        ("routing.http.response.server.enabled", "true", Bool),
        ("routing.http.response.strict_transport_security.header_value", "", Any),
        ("routing.http.response.x_content_type_options.header_value", "", Any),
        ("routing.http.response.x_frame_options.header_value", "", Any),
    ],
};

impl Kind {
    /// What all are at first.
    pub fn initial(&self) -> Attributes {
        self.all.iter().map(|(name, value, _)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// Sets some.
    pub fn set(&self, attributes: &mut Attributes, changes: &[Value]) -> Result<(), ApiError> {
        let mut changed = attributes.clone();
        for change in changes {
            let (key, value) = (text(change, "Key"), text(change, "Value"));
            let known = self.all.iter().find(|(name, ..)| *name == key);
            let (_, _, valid) = known
                .ok_or_else(|| invalid(format!("{} attribute key '{key}' is not recognized", self.name)))?;
            if !valid.allows(value) {
                let text =
                    format!("{} attribute value '{value}' is not valid for the key '{key}'", self.name);
                return Err(invalid(text));
            }
            changed.insert(key.to_owned(), value.to_owned());
        }
        *attributes = changed;
        Ok(())
    }
}

impl Valid {
    /// Whether a value is.
    pub fn allows(&self, value: &str) -> bool {
        let number = value.parse::<u32>().ok();
        let within = |low: u32, high: u32| number.is_some_and(|it| (low..=high).contains(&it));
        match self {
            Any => true,
            Bool => matches!(value, "true" | "false"),
            Number(low, high) => within(*low, *high),
            NumberOrZero(low, high) => number == Some(0) || within(*low, *high),
            NumberOrOff(low, high) => value == "off" || within(*low, *high),
            OneOf(all) => all.contains(&value),
            Fits(fits) => fits(value),
        }
    }
}

/// An attribute of a number; all that are asked for here are numbers.
pub fn number(attributes: &Attributes, name: &str) -> u32 {
    attributes.get(name).and_then(|value| value.parse().ok()).unwrap_or_default()
}

/// Whether an attribute has a value.
pub fn is(attributes: &Attributes, name: &str, value: &str) -> bool {
    attributes.get(name).is_some_and(|it| it == value)
}

/// As the API lists them.
pub fn listed(attributes: &Attributes) -> Value {
    attributes.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}
