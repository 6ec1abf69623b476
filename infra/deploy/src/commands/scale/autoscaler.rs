//! Application Auto Scaling's target for a service: within its bounds it decides how many tasks there are.

use infra_aws::Aws;
use infra_aws::kinds::service_scaling;
use infra_aws::live_service::LiveService;
use infra_engine::Failure;

/// The bounds of a service's autoscaler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Autoscaler {
    /// So many tasks at least.
    pub least: u32,
    /// So many tasks at most.
    pub most: u32,
}

impl Autoscaler {
    /// The autoscaler of a service, if it has one.
    ///
    /// # Errors
    /// When Application Auto Scaling can't be asked.
    pub async fn of(aws: &Aws, service: &LiveService) -> Result<Option<Self>, Failure> {
        let resource = format!("service/{}/{}", service.cluster(), service.service_name);
        let bound = |count: i32| u32::try_from(count).unwrap_or_default();
        let target = service_scaling::target(aws, &resource).await?;
        Ok(target
            .map(|target| Self { least: bound(target.min_capacity()), most: bound(target.max_capacity()) }))
    }

    /// Refuses a number that it would change at once.
    ///
    /// # Errors
    /// When the number is beyond its bounds, with the setting that moves them.
    pub fn allows(self, desired: u32, logical_name: &str, service: &str) -> Result<(), Failure> {
        let Self { least, most } = self;
        let setting = if desired < least {
            format!("{logical_name}.scaling.min_tasks={desired}")
        } else if desired > most {
            format!("{logical_name}.scaling.max_tasks={desired}")
        } else {
            return Ok(());
        };
        Err(Failure::new(format!(
            "service {service} can't be scaled to {desired}: its autoscaler keeps it between {least} and {most} tasks"
        ))
        .hint(format!("give a number between {least} and {most}, or deploy with --set {setting}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_beyond_the_bounds_names_them_and_the_setting() {
        let autoscaler = Autoscaler { least: 2, most: 5 };
        let refused = |desired| autoscaler.allows(desired, "web", "demo-web").unwrap_err();
        assert_eq!(
            refused(7).to_string(),
            "service demo-web can't be scaled to 7: its autoscaler keeps it between 2 and 5 tasks"
        );
        assert!(refused(7).what_to_do().unwrap().ends_with("--set web.scaling.max_tasks=7"));
        assert!(refused(0).what_to_do().unwrap().ends_with("--set web.scaling.min_tasks=0"));
        for allowed in [2, 3, 5] {
            assert!(autoscaler.allows(allowed, "web", "demo-web").is_ok());
        }
    }
}
