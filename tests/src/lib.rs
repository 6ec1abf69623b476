//! End-to-end suites over containers and emulators
