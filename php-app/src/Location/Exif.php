<?php

/**
 * Exif: a tree of tables of tags, one of which is the position's.
 */

declare(strict_types=1);

namespace ImageApp\Location;

final class Exif
{
    /** The tags that lead to further tables: Exif's own, that of interoperability, tables of further images. */
    private const LEADS_ON = [0x8769, 0xA005, 0x014A];
    private const POSITION = 0x8825;
    public const ENTRY_BYTES = 12;

    /** Beyond what any file has; a circle of tables ends here. */
    private const MOST_TABLES = 16;

    /** Beyond what any position's table has. */
    private const MOST_VALUES = 64;

    /** More positions than this in one table are overwritten, without the others moving up. */
    private const MOST_REMOVED = 4;

    /** The sizes of values, by their type. */
    private const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

    private bool $hasRemoved = false;

    private function __construct(
        private string $data,
        private readonly Budget $budget,
        private readonly string $short,
        private readonly string $long,
    ) {
    }

    /**
     * The data without the table of the position, and what leads to it, or nothing but zeros where that costs too much;
     * null where there was none.
     */
    public static function strip(string $data, Budget $budget): ?string
    {
        $order = ['II' => ['v', 'V'], 'MM' => ['n', 'N']][substr($data, 0, 2)] ?? null;
        if ($order === null) {
            return null;
        }
        $exif = new self($data, $budget, ...$order);
        $open = [$exif->long(4) ?? 0];
        try {
            for ($tables = 0; $open !== [] && $tables < self::MOST_TABLES; $tables++) {
                $exif->visit(array_pop($open), $open);
                // No others are visited any more.
                $open = array_slice($open, -self::MOST_TABLES);
            }
        } catch (Spent) {
            return str_repeat("\0", strlen($data));
        }

        return $exif->hasRemoved ? $exif->data : null;
    }

    /**
     * Looks at one table, and collects those that it leads to.
     *
     * @param list<int> $open
     */
    private function visit(int $table, array &$open): void
    {
        $removed = 0;
        for ($index = 0; ($count = $this->short($table)) !== null && $index < $count;) {
            $this->budget->step();
            $entry = $table + 2 + $index * self::ENTRY_BYTES;
            [$tag, $value] = [$this->short($entry), $this->long($entry + 8)];
            if ($tag === null || $value === null) {
                return;
            }
            if ($tag === self::POSITION && $removed++ < self::MOST_REMOVED) {
                $this->hasRemoved = true;
                $this->wipe($value);
                $this->remove($table, $index);
                continue;
            }
            if ($tag === self::POSITION) {
                $this->zero($entry, self::ENTRY_BYTES);
            } elseif (in_array($tag, self::LEADS_ON, true)) {
                $open[] = $value;
            }
            $index++;
        }
        $next = $count === null ? 0 : $this->long($table + 2 + $index * self::ENTRY_BYTES) ?? 0;
        if ($next > 0) {
            $open[] = $next;
        }
    }

    /** Overwrites a table with its values. */
    private function wipe(int $table): void
    {
        $count = $this->short($table) ?? 0;
        for ($index = 0; $index < min($count, self::MOST_VALUES); $index++) {
            $entry = $table + 2 + $index * self::ENTRY_BYTES;
            [$kind, $number, $value] = [$this->short($entry + 2), $this->long($entry + 4), $this->long($entry + 8)];
            if ($value === null) {
                break;
            }
            $size = (self::SIZES[$kind] ?? 0) * $number;
            if ($size > 4) {
                $this->zero($value, $size);
            }
        }
        $this->zero($table, 2 + $count * self::ENTRY_BYTES + 4);
    }

    /** Takes an entry out of a table: what follows in the table moves up. */
    private function remove(int $table, int $index): void
    {
        $count = $this->short($table) ?? 0;
        $from = $table + 2 + ($index + 1) * self::ENTRY_BYTES;
        $end = min($table + 2 + $count * self::ENTRY_BYTES + 4, strlen($this->data));
        if ($from <= $end) {
            $this->budget->write($end - $from);
            $rest = substr($this->data, $from, $end - $from) . str_repeat("\0", self::ENTRY_BYTES);
            $this->data = substr_replace($this->data, $rest, $from - self::ENTRY_BYTES, strlen($rest));
        }
        if ($table + 2 <= strlen($this->data)) {
            $this->data = substr_replace($this->data, pack($this->short, max(0, $count - 1)), $table, 2);
        }
    }

    private function zero(int $from, int $bytes): void
    {
        $from = min($from, strlen($this->data));
        $bytes = min($bytes, strlen($this->data) - $from);
        $this->budget->write($bytes);
        // In place: a new text for each of thousands of tags would take seconds.
        for ($at = $from; $at < $from + $bytes; $at++) {
            $this->data[$at] = "\0";
        }
    }

    private function short(int $at): ?int
    {
        return $at + 2 <= strlen($this->data) ? unpack($this->short, $this->data, $at)[1] : null;
    }

    private function long(int $at): ?int
    {
        return $at + 4 <= strlen($this->data) ? unpack($this->long, $this->data, $at)[1] : null;
    }
}
