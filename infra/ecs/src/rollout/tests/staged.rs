//! staged
