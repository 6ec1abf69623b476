<?php

/**
 * A file by offsets. It is read in blocks, so that small steps through it cost little, and never as a whole.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

use ImageApp\FileSlice;

final class Bytes
{
    public readonly int $length;

    private string $window = '';

    /** The window's offset in the file. */
    private int $start = 0;

    public function __construct(private readonly FileSlice $file)
    {
        $this->length = $file->length;
    }

    /** @throws Broken if the file ends before the last of these bytes */
    public function at(int $offset, int $count): string
    {
        $from = $this->show($offset, $count);

        return substr($this->window, $from, $count);
    }

    public function byte(int $offset): int
    {
        $from = $this->show($offset, 1);

        return ord($this->window[$from]);
    }

    /** An unsigned number with its most significant byte first. */
    public function big(int $offset, int $count): int
    {
        return self::number($this->at($offset, $count));
    }

    /** An unsigned number with its least significant byte first. */
    public function little(int $offset, int $count): int
    {
        return self::number(strrev($this->at($offset, $count)));
    }

    /** @throws Broken if the file ends before this offset; at its very end is fine */
    public function checkEnd(int $offset): void
    {
        if ($offset > $this->length) {
            throw Broken::endsEarly();
        }
    }

    /**
     * The offset of the next match of a pattern.
     *
     * @param string $pattern matches so many bytes
     *
     * @throws Broken if there is none
     */
    public function find(string $pattern, int $offset, int $count = 2): int
    {
        while (true) {
            $from = $this->show($offset, $count);
            if (preg_match($pattern, $this->window, $m, PREG_OFFSET_CAPTURE, $from) === 1) {
                return $this->start + $m[0][1];
            }
            // The last bytes of the window may be the first of a match.
            $offset = $this->start + strlen($this->window) - $count + 1;
        }
    }

    /** The offset of the next byte that is another one, or of the file's end. */
    public function skip(string $byte, int $offset): int
    {
        do {
            if ($offset === $this->length) {
                return $offset;
            }
            $from = $this->show($offset, 1);
            $run = strspn($this->window, $byte, $from);
            $offset += $run;
        } while ($from + $run === strlen($this->window));

        return $offset;
    }

    /** Moves the window so that it has these bytes, and says where in it they begin. */
    private function show(int $offset, int $count): int
    {
        $from = $offset - $this->start;
        if ($from >= 0 && $from + $count <= strlen($this->window)) {
            return $from;
        }
        if ($offset < 0 || $count > $this->length - $offset) {
            throw Broken::endsEarly();
        }
        $this->window = $this->file->at($offset, max($count, FileSlice::BLOCK));
        $this->start = $offset;

        return 0;
    }

    private static function number(string $bytes): int
    {
        $number = 0;
        foreach (unpack('C*', $bytes) as $byte) {
            $number = $number << 8 | $byte;
        }

        return $number;
    }
}
