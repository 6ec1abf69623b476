//! The settings of a machine's own processor: what is built for another one is built under emulation, which takes many times as
//! long.

use super::{Compute, Given, SettingError, Settings};
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;

/// The smallest instance type for `ARM64`.
const SMALL_ARM: &str = "t4g.micro";

impl Settings {
    /// These settings for a processor, with what is given applied: that goes before.
    ///
    /// # Errors
    /// As [`overridden`](Self::overridden).
    pub fn overridden_on(mut self, native: CpuArchitecture, given: &Given) -> Result<Self, SettingError> {
        let settings = self.clone().overridden(given)?;
        if native == CpuArchitecture::X86_64 {
            return Ok(settings);
        }
        // An app on instances has their processor: those that are named keep theirs.
        let of_instances = if given.iter().any(|one| one.gives("ec2.instance_type")) {
            CpuArchitecture::of_instance_type(&settings.ec2.instance_type)
        } else {
            SMALL_ARM.clone_into(&mut self.ec2.instance_type);
            native
        };
        for ((_, app), (_, given)) in self.apps.iter_mut().zip(settings.apps.iter()) {
            app.cpu_architecture = if given.runs_on == Compute::Ec2 { of_instances } else { native };
        }
        self.overridden(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack_name::StackName;

    fn on_arm(overrides: &[&str]) -> Settings {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        let given = Given::of_set(&overrides);
        let settings = Settings::default().overridden_on(CpuArchitecture::Arm64, &given).unwrap();
        crate::check(&"demo".parse::<StackName>().unwrap(), &settings, Some("us-east-1")).unwrap();
        settings
    }

    fn processors(settings: &Settings) -> [CpuArchitecture; 2] {
        ["web", "php"].map(|app| settings.apps[app].cpu_architecture)
    }

    const ARM: CpuArchitecture = CpuArchitecture::Arm64;
    const INTEL: CpuArchitecture = CpuArchitecture::X86_64;

    #[test]
    fn a_machine_has_both_apps_for_its_own_processor() {
        assert_eq!(processors(&on_arm(&[])), [ARM, ARM]);
        let on_intel = Settings::default().overridden_on(INTEL, &Given::default()).unwrap();
        assert_eq!(on_intel, Settings::default());
    }

    #[test]
    fn what_is_asked_for_goes_before() {
        assert_eq!(processors(&on_arm(&["web.cpu_architecture=X86_64"])), [INTEL, ARM]);
        assert_eq!(
            processors(&on_arm(&["php.runs_on=fargate", "php.cpu_architecture=X86_64"])),
            [ARM, INTEL]
        );
        assert_eq!(on_arm(&["web.desired_count=3"]).apps["web"].desired_count, 3);
    }

    #[test]
    fn instances_that_are_named_keep_their_processor_and_their_apps_follow() {
        assert_eq!(processors(&on_arm(&["ec2.instance_type=t3.micro"])), [ARM, INTEL]);
        assert_eq!(processors(&on_arm(&["ec2.instance_type=t4g.small"])), [ARM, ARM]);
        assert_eq!(processors(&on_arm(&["ec2.instance_type=t3.micro", "php.runs_on=fargate"])), [ARM, ARM]);
    }
}
