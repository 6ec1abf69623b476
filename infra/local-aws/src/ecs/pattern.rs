//! The regular expressions of the cluster query language, without backtracking: no pattern takes long.
//!
//! What is read are literals, `.`, classes, groups, `|`, `*`, `+`, `?` and `{m,n}`; anything else is not a valid pattern.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

/// The most repetitions that `{m,n}` may ask for.
const MOST_REPEATS: usize = 100;
/// Groups in groups.
const DEEPEST: usize = 20;

enum Node {
    Any,
    Class(bool, Vec<(char, char)>),
    Sequence(Vec<Node>),
    OneOf(Vec<Node>),
    Repeat(Box<Node>, usize, Option<usize>),
}

/// Whether the pattern fits the whole text, as Java's `matches` has it; a pattern that is none fits nothing.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let mut characters = pattern.chars().peekable();
    let Some(node) = one_of(&mut characters, 0).filter(|_| characters.peek().is_none()) else { return false };
    let text: Vec<char> = text.chars().collect();
    ends(&node, &text, BTreeSet::from([0])).contains(&text.len())
}

/// Where a node may end that begins at one of these places.
fn ends(node: &Node, text: &[char], starts: BTreeSet<usize>) -> BTreeSet<usize> {
    let step = |fits: &dyn Fn(char) -> bool| -> BTreeSet<usize> {
        let fits = |start: &&usize| text.get(**start).is_some_and(|character| fits(*character));
        starts.iter().filter(fits).map(|start| start + 1).collect()
    };
    match node {
        Node::Any => step(&|_| true),
        Node::Class(negated, ranges) => {
            step(&|it| ranges.iter().any(|(from, to)| (*from..=*to).contains(&it)) != *negated)
        }
        Node::Sequence(nodes) => nodes.iter().fold(starts, |starts, node| ends(node, text, starts)),
        Node::OneOf(nodes) => nodes.iter().flat_map(|node| ends(node, text, starts.clone())).collect(),
        Node::Repeat(node, least, most) => {
            let mut now = (0..*least).fold(starts, |starts, _| ends(node, text, starts));
            let mut all = now.clone();
            for _ in *least..most.unwrap_or(usize::MAX) {
                now = ends(node, text, now).difference(&all).copied().collect();
                if now.is_empty() {
                    break;
                }
                all.extend(&now);
            }
            all
        }
    }
}

fn one_of(pattern: &mut Peekable<Chars<'_>>, depth: usize) -> Option<Node> {
    let mut nodes = vec![sequence(pattern, depth)?];
    while pattern.next_if_eq(&'|').is_some() {
        nodes.push(sequence(pattern, depth)?);
    }
    Some(Node::OneOf(nodes))
}

fn sequence(pattern: &mut Peekable<Chars<'_>>, depth: usize) -> Option<Node> {
    let mut nodes = Vec::new();
    while pattern.peek().is_some_and(|it| !matches!(it, '|' | ')')) {
        // The text is always fitted whole.
        if pattern.next_if(|it| matches!(it, '^' | '$')).is_some() {
            continue;
        }
        let node = atom(pattern, depth)?;
        nodes.push(repeated(pattern, node)?);
    }
    Some(Node::Sequence(nodes))
}

fn atom(pattern: &mut Peekable<Chars<'_>>, depth: usize) -> Option<Node> {
    match pattern.next()? {
        '.' => Some(Node::Any),
        '[' => class(pattern),
        '(' if depth < DEEPEST => {
            if pattern.next_if_eq(&'?').is_some() {
                pattern.next_if_eq(&':')?;
            }
            let inner = one_of(pattern, depth + 1)?;
            pattern.next_if_eq(&')')?;
            Some(inner)
        }
        '\\' => Some(escaped(pattern.next()?)),
        '*' | '+' | '?' | '(' | ')' | '{' => None,
        literal => Some(Node::Class(false, vec![(literal, literal)])),
    }
}

fn escaped(character: char) -> Node {
    match character {
        'd' => Node::Class(false, vec![('0', '9')]),
        'w' => Node::Class(false, vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')]),
        's' => Node::Class(false, vec![(' ', ' '), ('\t', '\t')]),
        literal => Node::Class(false, vec![(literal, literal)]),
    }
}

fn class(pattern: &mut Peekable<Chars<'_>>) -> Option<Node> {
    let negated = pattern.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        match pattern.next()? {
            ']' if !ranges.is_empty() => return Some(Node::Class(negated, ranges)),
            from => {
                let from = if from == '\\' { pattern.next()? } else { from };
                let mut to = from;
                if pattern.peek() == Some(&'-') {
                    pattern.next();
                    match pattern.peek()? {
                        ']' => ranges.push(('-', '-')),
                        _ => to = pattern.next()?,
                    }
                }
                ranges.push((from, to));
            }
        }
    }
}

fn repeated(pattern: &mut Peekable<Chars<'_>>, node: Node) -> Option<Node> {
    let (least, most) = match pattern.peek() {
        Some('*') => (0, None),
        Some('+') => (1, None),
        Some('?') => (0, Some(1)),
        Some('{') => {
            pattern.next();
            let text: String = std::iter::from_fn(|| pattern.next_if(|it| *it != '}')).collect();
            let (least, most) = text.split_once(',').unwrap_or((&text, &text));
            let number = |text: &str| text.parse().ok().filter(|it| *it <= MOST_REPEATS);
            (number(least)?, if most.is_empty() { None } else { Some(number(most)?) })
        }
        _ => return Some(node),
    };
    pattern.next()?;
    Some(Node::Repeat(Box::new(node), least, most))
}

#[cfg(test)]
mod tests {
    use super::fits;
    use proptest::prelude::*;

    #[test]
    fn patterns_fit_the_whole_text() {
        for (pattern, text) in [
            ("t3.*", "t3.micro"),
            ("t[23]\\.(micro|small)", "t2.small"),
            ("[^a-c]+", "xyz"),
            ("a{2,3}b?", "aaa"),
            ("", ""),
            ("^(?:m5|c5).large$", "c5.large"),
            ("eu-west-\\d[a-c]", "eu-west-1b"),
            ("[a-]+", "-a-"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("t3", "t3.micro"), ("t3*", "t3.micro"), ("a{2}", "aaa"), ("(", "("), ("*", "*")]
        {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn no_pattern_takes_long() {
        assert!(!fits("(a*)*b", &"a".repeat(500)));
        assert!(!fits("(((a{0,100}){0,100}){0,100})b", &"a".repeat(60)));
    }

    proptest! {
        #[test]
        fn no_pattern_panics(pattern in "[a-c.*+?{}0-9,\\\\()|\\[\\]^$-]{0,20}", text in "[a-c]{0,10}") {
            fits(&pattern, &text);
        }
    }
}
