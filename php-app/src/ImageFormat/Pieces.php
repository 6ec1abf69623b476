<?php

/**
 * A bound on the pieces that a file is made of: a few megabytes of tiny ones would keep a worker busy for seconds.
 * The Rust app has the same bound, and counts the same pieces.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Pieces
{
    /** Any file may have so many. */
    private const FREE = 100_000;

    /** More are taken where they are at least so large on average; GIF's largest are 255 bytes long. */
    private const AVERAGE_BYTES = 128;

    /** What one piece says of its length, and may be a lie, allows no more than this. */
    private const MOST_BYTES = 1 << 16;

    private int $count = 0;
    private int $bytes = 0;

    /** Counts a piece that says it has this length. */
    public function add(int $bytes): void
    {
        $this->count++;
        $this->bytes += min(self::MOST_BYTES, $bytes);
        $this->check();
    }

    /** @throws Broken if there are too many */
    public function check(): void
    {
        if ($this->count > self::FREE + intdiv($this->bytes, self::AVERAGE_BYTES)) {
            throw Broken::because('it is cut into too many tiny pieces');
        }
    }

    public function count(): int
    {
        return $this->count;
    }
}
