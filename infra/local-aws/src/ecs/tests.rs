//! Tests of ECS.
