//! The desired value of every kind of AWS resource
