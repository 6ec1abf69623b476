//! T42: FSx for Windows File Server is for EC2.

use infra_ecs::{Fargate, VolumeOf};

fn main() {
    use infra_ecs::task_definition::volume::{FsxAuthorization, FsxWindowsVolume};
    let share = FsxWindowsVolume {
        file_system_id: "fs-1".into(),
        root_directory: "share".to_owned(),
        authorization_config: FsxAuthorization { credentials_parameter: "secret".into(), domain: "corp".to_owned() },
    };
    let _ = VolumeOf::<Fargate>::fsx_windows("data", share);
}
