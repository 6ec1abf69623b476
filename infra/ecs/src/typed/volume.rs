//! Volumes that offer only what their launch type has.

use super::capability::{FsxWindows, InstanceVolumes};
use super::launch::LaunchType;
use crate::task_definition::volume::{
    DockerVolume, EfsAuthorization, EfsVolume, FsxWindowsVolume, HostVolume, S3FilesVolume, Switch, Volume,
};
use infra_engine::Output;
use std::marker::PhantomData;

/// A volume of a task on `On`; which it is follows from the task it is added to.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html>
#[derive(Clone, Debug)]
#[must_use = "a volume belongs into a task"]
pub struct VolumeOf<On> {
    volume: Volume,
    on: PhantomData<On>,
}

impl<On: LaunchType> VolumeOf<On> {
    fn new(name: &str, describe: impl FnOnce(&mut Volume)) -> Self {
        let mut volume = Volume { name: Some(name.to_owned()), ..Volume::default() };
        describe(&mut volume);
        Self { volume, on: PhantomData }
    }

    /// The volume as ECS takes it.
    pub fn volume(self) -> Volume {
        self.volume
    }

    /// An empty directory that goes with the task: for what its containers share, and for scratch space.
    pub fn scratch(name: &str) -> Self {
        Self::new(name, |_| {})
    }

    /// An EFS file system, encrypted on the way: files that many tasks share and that stay.
    pub fn efs(name: &str, file_system_id: impl Into<Output<String>>) -> Self {
        let efs = EfsVolume {
            file_system_id: file_system_id.into(),
            root_directory: None,
            transit_encryption: Some(Switch::Enabled),
            transit_encryption_port: None,
            authorization_config: None,
        };
        Self::new(name, |volume| volume.efs_volume_configuration = Some(efs))
    }

    /// A directory of an EFS file system instead of its root.
    pub fn efs_directory(name: &str, file_system_id: impl Into<Output<String>>, directory: &str) -> Self {
        let mut efs = Self::efs(name, file_system_id);
        if let Some(efs) = &mut efs.volume.efs_volume_configuration {
            efs.root_directory = Some(directory.to_owned());
        }
        efs
    }

    /// An EFS file system through an access point, which decides on user and directory; IAM decides on access.
    pub fn efs_access_point(
        name: &str,
        file_system_id: impl Into<Output<String>>,
        access_point_id: impl Into<Output<String>>,
    ) -> Self {
        let mut efs = Self::efs(name, file_system_id);
        if let Some(efs) = &mut efs.volume.efs_volume_configuration {
            efs.authorization_config = Some(EfsAuthorization {
                access_point_id: Some(access_point_id.into()),
                iam: Some(Switch::Enabled),
            });
        }
        efs
    }

    /// A bucket as a file system; the task needs a task role.
    pub fn s3_files(name: &str, file_system_arn: impl Into<Output<String>>) -> Self {
        let files = S3FilesVolume {
            file_system_arn: file_system_arn.into(),
            root_directory: None,
            transit_encryption_port: None,
            access_point_arn: None,
        };
        Self::new(name, |volume| volume.s3files_volume_configuration = Some(files))
    }

    /// An EBS disk that the service or run-task describes; a container must mount it.
    pub fn at_launch(name: &str) -> Self {
        Self::new(name, |volume| volume.configured_at_launch = Some(true))
    }

    /// A path of the instance.
    pub fn host_path(name: &str, path: &str) -> Self
    where
        On: InstanceVolumes,
    {
        let host = HostVolume { source_path: Some(path.to_owned()) };
        Self::new(name, |volume| volume.host = Some(host))
    }

    /// A volume that Docker manages.
    pub fn docker(name: &str, docker: DockerVolume) -> Self
    where
        On: InstanceVolumes,
    {
        Self::new(name, |volume| volume.docker_volume_configuration = Some(docker))
    }

    /// A share of FSx for Windows File Server.
    pub fn fsx_windows(name: &str, fsx: FsxWindowsVolume) -> Self
    where
        On: FsxWindows,
    {
        Self::new(name, |volume| volume.fsx_windows_file_server_volume_configuration = Some(fsx))
    }
}
