//! Whose tags tasks get.

use crate::open_enum;

open_enum! {
    /// Whose tags the tasks get.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html>
    pub enum PropagateTags {
        /// Those of the task definition.
        TaskDefinition = "TASK_DEFINITION",
        /// Those of the service.
        Service = "SERVICE",
        /// Nobody's.
        None = "NONE",
    }
}
