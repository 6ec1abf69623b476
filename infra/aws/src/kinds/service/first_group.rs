//! A service that goes back to replacing tasks in batches: its traffic has to be at the first target group before.

use super::rollout;
use super::{LiveOf, Services};
use crate::clients::{Ecs, Elb};
use crate::json_call::{json_of, with_body};
use crate::kinds::elb::weights_of;
use infra_ecs::service::{AdvancedConfiguration, DeploymentConfiguration, DeploymentStrategy};
use infra_engine::{Context, Failure};
use infra_resources::Service;
use infra_wire::sdk_error::SdkResult;
use serde_json::json;

impl Services {
    /// Brings the traffic back to the first target group by one more blue/green deployment, where the second serves and
    /// the service is to lose it. Rolling tasks would start in the first, and the users' rule leads to the second.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-bluegreen-to-rolling.html>
    ///
    /// # Errors
    /// When AWS can't be asked, or that deployment fails.
    pub(super) async fn back_to_the_first_group(
        &self,
        desired: &Service,
        live: &LiveOf<Service>,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        let (Some(advanced), None) = (shifts(&live.properties), shifts(desired)) else { return Ok(()) };
        if !self.second_serves(advanced).await? {
            return Ok(());
        }
        context.waiting("the traffic to be back at the first target group");
        let blue_green = DeploymentConfiguration {
            strategy: Some(DeploymentStrategy::BlueGreen),
            bake_time_in_minutes: Some(0),
            ..DeploymentConfiguration::default()
        };
        let body = json!({
            "cluster": json_of(&desired.cluster)?,
            "service": desired.service_name,
            "taskDefinition": json_of(&desired.task_definition)?,
            "deploymentConfiguration":
                {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0, "lifecycleHooks": []},
            "forceNewDeployment": true,
        });
        let call = self.aws.client::<Ecs>().update_service().customize().mutate_request(with_body(&body));
        let updated = call.send().await.or_failure("bring the traffic back to the first target group")?;
        let returning = Service {
            load_balancers: live.properties.load_balancers.clone(),
            deployment_configuration: Some(blue_green),
            ..desired.clone()
        };
        self.begun.note(&returning, updated.service());
        rollout::wait(&self.aws, &returning, self.begun.by(&returning), context).await
    }

    async fn second_serves(&self, advanced: &AdvancedConfiguration) -> Result<bool, Failure> {
        let (Some(rule), Some(second)) =
            (&advanced.production_listener_rule, &advanced.alternate_target_group_arn)
        else {
            return Ok(false);
        };
        let answer = self.aws.client::<Elb>().describe_rules().rule_arns(rule.get()?).send().await;
        let answer = answer.none_if(&["RuleNotFound"], "see which target group serves")?;
        let rules = answer.and_then(|answer| answer.rules).unwrap_or_default();
        let weights = rules.iter().flat_map(|rule| weights_of(rule.actions()));
        let second = second.get()?;
        Ok(weights.into_iter().any(|(group, weight)| group == *second && weight > 0))
    }
}

/// What a service has of two target groups.
fn shifts(service: &Service) -> Option<&AdvancedConfiguration> {
    service.load_balancers.iter().find_map(|balancer| balancer.advanced_configuration.as_ref())
}
