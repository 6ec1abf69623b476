//! AWS WAF: which web ACL looks at requests first.

use crate::json_service::{CallError, JsonService, json_client};
use serde_json::{Value, json};

json_client!(
    /// AWS WAF.
    Waf,
    JsonService { name: "wafv2", target: "AWSWAF_20190729", id: "WAFV2" }
);

impl Waf {
    /// The web ACL of a resource.
    ///
    /// AWS: <https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACLForResource.html>
    ///
    /// # Errors
    /// As the service says.
    pub async fn web_acl_of(&self, region: &str, resource_arn: &str) -> Result<Value, CallError> {
        self.0.call(region, "GetWebACLForResource", &json!({"ResourceArn": resource_arn})).await
    }

    /// Puts a web ACL before a resource.
    ///
    /// AWS: <https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html>
    ///
    /// # Errors
    /// As the service says.
    pub async fn associate(&self, region: &str, arn: &str, resource_arn: &str) -> Result<(), CallError> {
        let body = json!({"WebACLArn": arn, "ResourceArn": resource_arn});
        self.0.call(region, "AssociateWebACL", &body).await.map(drop)
    }
}
