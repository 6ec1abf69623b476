<?php

/**
 * XMP: text with tags, in which positions are attributes or elements with a name of their own.
 */

declare(strict_types=1);

namespace ImageApp\Location;

final class Xmp
{
    private const OF_NAME = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.';

    /** White space as HTML has it. */
    private const SPACE = " \t\n\f\r";

    /** A name behind a colon that is a position's. */
    private const POSITION = '~:(?:gps|[a-z0-9_.-]*?(?:latitude|longt?itude))[a-z0-9_.-]*~i';

    /** The text with spaces where positions were, or all over it where that costs too much; null where there were none. */
    public static function strip(string $text, Budget $budget): ?string
    {
        $hasRemoved = false;
        $at = 0;
        // False if the text is too much for a pattern.
        while (($found = preg_match(self::POSITION, $text, $match, PREG_OFFSET_CAPTURE, $at)) !== 0) {
            try {
                $found !== false || throw new Spent();
                $budget->step();
            } catch (Spent) {
                return str_repeat(' ', strlen($text));
            }
            [$name, $colon] = $match[0];
            $at = $colon + 1;
            $around = self::around($text, $colon, $colon + strlen($name));
            if ($around !== null) {
                [$from, $to] = $around;
                // In place: a new text for each of thousands of positions would take minutes.
                for ($blank = $from; $blank < $to; $blank++) {
                    $text[$blank] = ' ';
                }
                $hasRemoved = true;
                $at = max($to, $at);
            }
        }

        return $hasRemoved ? $text : null;
    }

    /**
     * The attribute or element whose name has a colon here and ends there, if it is one.
     *
     * @return ?array{int, int}
     */
    private static function around(string $text, int $colon, int $end): ?array
    {
        $start = $colon;
        while ($start > 0 && str_contains(self::OF_NAME, $text[$start - 1])) {
            $start--;
        }
        if ($start === $colon || $start === 0) {
            return null;
        }
        if ($text[$start - 1] === '<') {
            return [$start - 1, self::endOfElement($text, $start, $end)];
        }
        $to = str_contains(" \t\r\n\"'", $text[$start - 1]) ? self::endOfAttribute($text, $end) : null;

        return $to === null ? null : [$start, $to];
    }

    /** `exif:GPSLatitude` and its kind; makers of drones have names of their own. */
    public static function isPosition(string $name): bool
    {
        return preg_match('~^gps|latitude|longt?itude~i', $name) === 1;
    }

    /** Behind an attribute's value. */
    private static function endOfAttribute(string $text, int $endOfName): ?int
    {
        $equals = $endOfName + strspn($text, self::SPACE, $endOfName);
        if (($text[$equals] ?? '') !== '=') {
            return null;
        }
        $open = $equals + 1 + strspn($text, self::SPACE, $equals + 1);
        $quote = $text[$open] ?? '';
        if ($quote !== '"' && $quote !== "'") {
            return null;
        }
        $close = strpos($text, $quote, $open + 1);

        return $close === false ? strlen($text) : $close + 1;
    }

    /** Behind an element with all that is in it; the end of the text if the element has none. */
    private static function endOfElement(string $text, int $start, int $endOfName): int
    {
        $first = self::endOfTag($text, $endOfName);
        if (substr($text, $first - 2, 2) === '/>') {
            return $first;
        }
        $closing = '</' . substr($text, $start, $endOfName - $start);
        for ($at = $first; ($at = strpos($text, $closing, $at)) !== false; $at++) {
            $behind = $at + strlen($closing);
            if (strspn($text, self::OF_NAME, $behind, 1) === 0) {
                return self::endOfTag($text, $behind);
            }
        }

        return strlen($text);
    }

    private static function endOfTag(string $text, int $at): int
    {
        while (true) {
            $at += strcspn($text, ">\"'", $at);
            $found = $text[$at] ?? '>';
            if ($found === '>') {
                return min($at + 1, strlen($text));
            }
            $close = strpos($text, $found, $at + 1);
            if ($close === false) {
                return strlen($text);
            }
            $at = $close + 1;
        }
    }
}
