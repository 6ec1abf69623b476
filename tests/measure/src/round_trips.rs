//! Round trips: how many calls came one after the other because each waited for the one before.

use e2e::counting_proxy::Call;
use std::time::{Duration, Instant};

/// The greatest number of calls of which each began only after the one before had its answer.
///
/// When all calls take equally long, this is the number of waves in which they came.
pub fn longest_chain(calls: &[Call]) -> usize {
    let mut calls: Vec<&Call> = calls.iter().filter(|call| call.ended.is_some()).collect();
    calls.sort_by_key(|call| call.began);
    let mut lengths: Vec<usize> = Vec::with_capacity(calls.len());
    for (place, call) in calls.iter().enumerate() {
        let before = calls[..place].iter().zip(&lengths);
        let ended = before.filter(|(earlier, _)| earlier.ended.is_some_and(|end| end <= call.began));
        lengths.push(1 + ended.map(|(_, length)| *length).max().unwrap_or_default());
    }
    lengths.into_iter().max().unwrap_or_default()
}

/// The greatest number of calls that were under way at the same time.
pub fn most_in_flight(calls: &[Call]) -> usize {
    let under_way = |at: Instant| {
        calls.iter().filter(|call| call.began <= at && call.ended.is_none_or(|end| end > at)).count()
    };
    calls.iter().map(|call| under_way(call.began)).max().unwrap_or_default()
}

/// From the beginning of the first call to the end of the last.
pub fn span(calls: &[Call]) -> Duration {
    let began = calls.iter().map(|call| call.began).min();
    let ended = calls.iter().filter_map(|call| call.ended).max();
    ended.zip(began).map_or(Duration::ZERO, |(ended, began)| ended.saturating_duration_since(began))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(start: Instant, began: u64, ended: u64) -> Call {
        Call {
            service: "ecs".to_owned(),
            action: Some("ListClusters".to_owned()),
            method: "POST".parse().unwrap(),
            path: "/".to_owned(),
            began: start + Duration::from_millis(began),
            ended: Some(start + Duration::from_millis(ended)),
        }
    }

    #[test]
    fn calls_at_the_same_time_are_one_round_trip() {
        let start = Instant::now();
        let times = [(0, 100), (5, 105), (110, 210), (112, 212), (215, 315)];
        let calls = times.map(|(began, ended)| call(start, began, ended));
        assert_eq!(longest_chain(&calls), 3);
        assert_eq!(most_in_flight(&calls), 2);
        assert_eq!(span(&calls), Duration::from_millis(315));
    }

    #[test]
    fn without_a_call_there_is_no_round_trip() {
        assert_eq!((longest_chain(&[]), most_in_flight(&[]), span(&[])), (0, 0, Duration::ZERO));
    }
}
