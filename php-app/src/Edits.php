<?php

/**
 * Bytes that stand instead of a file's own. They are found anew whenever the file is read from its start, and only those
 * at hand are in memory, however many there are.
 */

declare(strict_types=1);

namespace ImageApp;

final class Edits
{
    /** @var ?\Generator<int, string|int> the next ones */
    private ?\Generator $coming = null;

    /** Those before this offset may be gone. */
    private int $done = 0;

    /**
     * @param \Closure(): \Generator<int, string|int> $find gives new bytes, or how many zeros, by their offset in the
     *                                                      file: in its order, and none over another
     */
    public function __construct(private readonly \Closure $find)
    {
    }

    /** What was read at an offset, as far as it was not changed. */
    public function in(int $offset, string $read): string
    {
        $coming = $offset < $this->done ? null : $this->coming;
        // If it fails on the way, the next call begins anew.
        $this->coming = null;
        $coming ??= ($this->find)();
        $end = $offset + strlen($read);
        $edited = '';
        for (; $coming->valid() && $coming->key() < $end; $coming->next()) {
            [$from, $new] = [$coming->key(), $coming->current()];
            $behind = $from + (is_int($new) ? $new : strlen($new));
            if ($behind > $offset) {
                $edited .= substr($read, strlen($edited), max($from, $offset) - $offset - strlen($edited));
                $length = min($behind, $end) - max($from, $offset);
                $edited .= is_int($new) ? str_repeat("\0", $length) : substr($new, max(0, $offset - $from), $length);
            }
            if ($behind > $end) {
                // It goes on in the next bytes.
                break;
            }
        }
        [$this->coming, $this->done] = [$coming, $end];

        return $edited . substr($read, strlen($edited));
    }
}
