<?php

/**
 * `Range` (RFC 9110, section 14): one range of bytes is served, everything else is answered in full.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class ByteRange
{
    /** @param int $last the offset of its last byte; before the first one if nothing of the object is in it */
    private function __construct(public int $first, public int $last)
    {
    }

    /** @return ?self null if the header is not one well-formed range */
    public static function of(string $header, int $size): ?self
    {
        if (preg_match('~^bytes=[ \t]*(\d*)-(\d*)[ \t]*$~Di', $header, $m) !== 1 || $m[1] . $m[2] === '') {
            return null;
        }
        if ($m[1] === '') {
            return new self(max(0, $size - self::number($m[2])), $size - 1);
        }
        $first = self::number($m[1]);
        $last = $m[2] === '' ? PHP_INT_MAX : self::number($m[2]);

        return $last < $first ? null : new self($first, min($last, $size - 1));
    }

    public function isBeyondTheEnd(): bool
    {
        return $this->first > $this->last;
    }

    /** More digits than a number can have are a large number. */
    private static function number(string $digits): int
    {
        $digits = ltrim($digits, '0');

        return strlen($digits) > 18 ? PHP_INT_MAX : (int) $digits;
    }
}
