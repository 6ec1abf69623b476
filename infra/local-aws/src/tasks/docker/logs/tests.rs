//! Lines and batches of output.

use super::*;

fn piece(text: &str) -> LogOutput {
    LogOutput::StdOut { message: text.to_owned().into() }
}

fn event(message: &str) -> Event {
    Event { timestamp: 0, message: message.to_owned() }
}

#[test]
fn a_line_in_pieces_is_one_event_with_the_time_of_its_first() {
    let mut open = None;
    assert_eq!(read(&piece("1970-01-01T00:00:01.5Z one "), None, &mut open), None);
    let (_, whole) = read(&piece("1970-01-01T00:00:01.5Z line\r\n"), None, &mut open).unwrap();
    assert_eq!(whole.parts(), [Event { timestamp: 1500, message: "one line".to_owned() }]);
    assert_eq!(open, None);
}

#[test]
fn what_was_sent_before_a_restart_is_not_sent_again() {
    let first = piece("1970-01-01T00:00:01Z first\n");
    let (at, _) = read(&first, None, &mut None).unwrap();
    assert_eq!(read(&first, Some(at), &mut None), None);
    assert!(read(&piece("1970-01-01T00:00:01.1Z second\n"), Some(at), &mut None).is_some());
}

#[test]
fn a_message_that_is_too_long_is_split_between_characters() {
    let parts = event(&"é".repeat(LONGEST_MESSAGE)).parts();
    assert_eq!(parts.iter().map(|it| it.message.len()).sum::<usize>(), 2 * LONGEST_MESSAGE);
    assert!(parts.iter().all(|it| it.message.len() <= LONGEST_MESSAGE));
    assert_eq!(event("\r\n").parts(), []);
}

#[test]
fn a_batch_is_sent_before_it_is_too_much_for_a_call() {
    let mut batch = Batch::default();
    assert!((0..MOST_EVENTS).all(|_| batch.add(event("x")).is_none()));
    assert_eq!(batch.add(event("x")).map(|it| it.len()), Some(MOST_EVENTS));
    let large = "x".repeat(LONGEST_MESSAGE);
    let mut batch = Batch::default();
    let sent: Vec<_> = (0..5).filter_map(|_| batch.add(event(&large))).collect();
    assert_eq!((sent.len(), sent[0].len(), batch.take().map(|it| it.len())), (1, 4, Some(1)));
}
