//! The settings of the IAM roles.

use super::range::{Allowed, Range, settings};
use super::texts::MANAGED_POLICY;
use Allowed::{Optional, Text};

settings! {
    /// The IAM roles.
    pub struct IamSettings {
        /// The managed policy that bounds what each role of the stack may do: the path and name of one of the account's, or an
        /// ARN. Without one, a boundary that somebody else sets stays.
        permissions_boundary: Option<String> = None,
            Optional(&Text(&MANAGED_POLICY)), "CreateRole (PermissionsBoundary), IAM API Reference";
    }
}
