//! Reads and writes every kind of resource over the AWS SDK
