//! The settings of the load balancer.

use super::Settings;
use super::range::{Allowed, MOST, Range, Violation, settings};
use super::texts::{CERTIFICATE, DOMAIN, WEB_ACL};
use Allowed::{Flag, Number, Optional, Text};
use infra_resources::load_balancer::IDLE_TIMEOUT_SECONDS;
use infra_resources::partition::Arn;
use infra_resources::target_group::DEREGISTRATION_SECONDS;

settings! {
    /// The load balancer.
    pub struct LoadBalancerSettings {
        /// After how many seconds an idle connection is closed: 1 to 4000. The apps keep theirs a little longer.
        idle_timeout_seconds: u32 = 60,
            Number(*IDLE_TIMEOUT_SECONDS.start() as i64, *IDLE_TIMEOUT_SECONDS.end() as i64),
            "LoadBalancerAttribute, Elastic Load Balancing API Reference";
        /// How many seconds a task that is taken out may take to finish its requests: 0 to 3600. A deploy waits for it.
        deregistration_delay_seconds: u32 = 30,
            Number(*DEREGISTRATION_SECONDS.start() as i64, *DEREGISTRATION_SECONDS.end() as i64),
            "TargetGroupAttribute, Elastic Load Balancing API Reference";
        /// How many seconds a task that is stopped goes on taking requests, because the load balancer does not know of it
        /// yet: 0 to 110, within `stop_timeout_seconds`. On a local AWS it is 0.
        drain_seconds: u32 = 10, Number(0, 110), "";
        /// How many seconds an upload may take that no deploy, stopped task or Spot interruption cuts: 1 to 3600. Nothing is
        /// made of it: preview says when the delay or an app's stop timeout is too short for it.
        slowest_upload_seconds: u32 = 30, Number(1, 3600), "";
        /// Whether the apps believe `X-Forwarded-Host` and `X-Forwarded-Proto`: only where something before the load balancer
        /// always sets them, such as a CDN that asks by another host name.
        trust_forwarded_host: bool = false, Flag, "";
        /// The ARN of a certificate in ACM, of the stack's own region: the apps are reached by HTTPS, and HTTP is sent there.
        certificate: Option<String> = None,
            Optional(&Text(&CERTIFICATE)), "Certificate, Elastic Load Balancing API Reference";
        /// The name that the certificate is for and by which people come, such as `images.example.com`. Its DNS record is to lead
        /// to the load balancer.
        domain: Option<String> = None,
            Optional(&Text(&DOMAIN)), "RequestCertificate (DomainName), AWS Certificate Manager API Reference";
        /// For how many seconds browsers that came by HTTPS refuse HTTP (HSTS): 0 to 63072000, two years. 0 makes them forget it.
        hsts_max_age_seconds: u32 = 31_536_000,
            Number(0, 63_072_000), "ListenerAttribute, Elastic Load Balancing API Reference";
        /// Whether the load balancer can't be deleted, and so the stack can't be torn down, until a deploy has switched this off.
        deletion_protection: bool = false, Flag, "LoadBalancerAttribute, Elastic Load Balancing API Reference";
        /// The ARN of a web ACL of AWS WAF, of the stack's own region, that looks at each request first. One that is not set is left
        /// as it is.
        web_acl: Option<String> = None, Optional(&Text(&WEB_ACL)), "AssociateWebACL, AWS WAFV2 API Reference";
        /// Whether each request is logged to a bucket of its own, which costs its storage.
        access_logs: bool = false, Flag, "LoadBalancerAttribute, Elastic Load Balancing API Reference";
        /// After how many days such a log is deleted; 0 for never.
        access_logs_expire_after_days: i32 = 90,
            Number(0, MOST), "LifecycleExpiration, Amazon S3 API Reference";
    }
}

impl LoadBalancerSettings {
    /// The host that the apps' URLs have, where it is not the load balancer's own.
    pub fn host(&self) -> Option<&str> {
        self.domain.as_deref()
    }
}

/// Where settings of the load balancer are at odds.
pub(super) fn violations(settings: &Settings) -> Vec<Violation> {
    let balancer = &settings.load_balancer;
    let alone = balancer.domain.as_ref().filter(|_| balancer.certificate.is_none());
    let violation = |domain: &String| Violation {
        key: "load_balancer.domain".to_owned(),
        value: domain.clone(),
        allowed: "set load_balancer.certificate to the ARN of a certificate for it as well".to_owned(),
        page: "",
    };
    alone.map(violation).into_iter().collect()
}

/// What another region has: the load balancer uses nothing of it.
pub fn out_of_reach(settings: &Settings, region: &str) -> Vec<Violation> {
    let given = [
        ("certificate", &settings.load_balancer.certificate, "a certificate"),
        ("web_acl", &settings.load_balancer.web_acl, "a web ACL"),
    ];
    let elsewhere = given.into_iter().filter_map(|(key, arn, what)| {
        let arn = arn.as_ref()?;
        let is_elsewhere = Arn::of(arn).is_some_and(|parts| parts.region != region);
        is_elsewhere.then(|| Violation {
            key: format!("load_balancer.{key}"),
            value: arn.clone(),
            allowed: format!("allowed is {what} in {region}, where the load balancer is"),
            page: "",
        })
    });
    elsewhere.collect()
}
