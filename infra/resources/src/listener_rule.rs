//! Listener rules: which requests go to which target group.

use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};

/// A rule that forwards requests by their path.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListenerRule {
    /// The listener's name; with the priority it names the rule, which has no name of its own.
    pub listener_name: String,
    /// The listener.
    pub listener_arn: Output<String>,
    /// Rules are tried from the lowest number up; 1 to 50,000, unique within the listener.
    pub priority: u16,
    /// The paths it matches, with `*` and `?` as wildcards.
    pub path_patterns: Vec<String>,
    /// Where matching requests go.
    pub target_group_arn: Output<String>,
    /// A second target group, with which the first takes turns. Which of them gets how much is ECS's to decide: it is set when
    /// the rule is made, and neither compared nor set again.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html>
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternate_target_group_arn: Option<Output<String>>,
}

outputs! {
    /// What others refer to.
    ListenerRuleOutputs {
        /// The rule's ARN.
        arn: String,
    }
}

impl Resource for ListenerRule {
    const KIND: &'static str = "listener-rule";
    const IDENTITY: &'static [&'static str] = &["listenerArn", "priority"];
    /// Of two target groups either may be the one that serves.
    const READ_WITH: &'static [&'static str] = &["targetGroupArn", "alternateTargetGroupArn"];
    type Outputs = ListenerRuleOutputs;

    fn physical_name(&self) -> String {
        format!("{}/{}", self.listener_name, self.priority)
    }

    fn normalise(&mut self) {
        self.path_patterns.sort();
        self.path_patterns.dedup();
    }
}
