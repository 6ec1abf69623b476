<?php

/**
 * What an uploaded file is called in its key, in addresses and on the page.
 * The Rust app has the same rule, range by range; change both.
 */

declare(strict_types=1);

namespace ImageApp;

final class FileName
{
    private const MAX_BYTES = 100;
    private const MAX_EXTENSION_BYTES = 16;

    /** RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
    private const VALID_UTF8 = '[\x00-\x7F]|[\xC2-\xDF][\x80-\xBF]|\xE0[\xA0-\xBF][\x80-\xBF]'
        . '|[\xE1-\xEC\xEE\xEF][\x80-\xBF]{2}|\xED[\x80-\x9F][\x80-\xBF]|\xF0[\x90-\xBF][\x80-\xBF]{2}'
        . '|[\xF1-\xF3][\x80-\xBF]{3}|\xF4[\x80-\x8F][\x80-\xBF]{2}';

    /** Control characters, ASCII punctuation other than `.-_()`, invisible formatting, private use, tags. */
    private const DROPPED = '\x{00}-\x{1F}!-\'*-,\/:-@\[-^`{-\x{9F}\x{AD}\x{61C}\x{180E}\x{200B}\x{200E}\x{200F}'
        . '\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FEFF}\x{FFF0}-\x{FFFF}\x{E000}-\x{F8FF}'
        . '\x{F0000}-\x{10FFFF}\x{E0000}-\x{E007F}';

    private const WHITE_SPACE = '\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}';

    /** @param string $extension what to call a file `image.<extension>` when nothing is left of its name */
    public static function safe(string $clientName, string $extension): string
    {
        $base = preg_replace('~^.*[/\\\\]~s', '', $clientName);
        $valid = preg_replace('~(' . self::VALID_UTF8 . ')|.~s', '$1', (string) $base);
        $kept = preg_replace('~[' . self::DROPPED . ']~u', '', (string) $valid);
        $spaced = preg_replace('~[' . self::WHITE_SPACE . ']~u', ' ', (string) $kept);
        $name = self::shortened(rtrim(ltrim((string) $spaced, ' .'), ' '));

        return $name === '' ? 'image.' . $extension : $name;
    }

    /** The extension outlives the cut. */
    private static function shortened(string $name): string
    {
        if (strlen($name) <= self::MAX_BYTES) {
            return $name;
        }
        $dot = strrpos($name, '.');
        $extension = $dot === false || strlen($name) - $dot > self::MAX_EXTENSION_BYTES ? '' : substr($name, $dot);
        $stem = self::cutAtCharacter($name, self::MAX_BYTES - strlen($extension));

        return rtrim($stem, ' ') . $extension;
    }

    private static function cutAtCharacter(string $text, int $end): string
    {
        // A byte 10xxxxxx continues a character: step back to where the character begins.
        while ($end > 0 && (ord($text[$end]) & 0xC0) === 0x80) {
            $end--;
        }

        return substr($text, 0, $end);
    }
}
