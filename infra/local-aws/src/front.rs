//! The front: for whom a request is.
