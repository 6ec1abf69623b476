//! Whose tags tasks get.

use crate::open_enum;

open_enum! {
    /// Whose tags the tasks get.
    ///
    /// AWS: "Tagging Amazon ECS resources", Amazon ECS Developer Guide.
    pub enum PropagateTags {
        /// Those of the task definition.
        TaskDefinition = "TASK_DEFINITION",
        /// Those of the service.
        Service = "SERVICE",
        /// Nobody's.
        None = "NONE",
    }
}
