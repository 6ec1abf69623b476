<?php

/**
 * A bound on the work that the metadata of one file may cost.
 */

declare(strict_types=1);

namespace ImageApp\Location;

final class Budget
{
    /**
     * Tables of Exif data may lead in circles and overlap, each in many segments, and a text may be nothing but positions:
     * without a bound, 20 MiB of them keep a worker busy for many seconds. This is far beyond what any camera or editor
     * writes. Metadata that would cost more is overwritten. The Rust app has the same bound, and counts the same steps.
     */
    private const MOST_STEPS = 100_000;

    /** Entries of tables, and names of positions in texts. */
    private int $left = self::MOST_STEPS;

    /**
     * Pays for looking at one entry or name.
     *
     * @throws Spent if nothing is left
     */
    public function step(): void
    {
        $this->pay(1);
    }

    /**
     * Pays for moving or overwriting so many bytes, which costs what as many entries do.
     *
     * @throws Spent if nothing is left
     */
    public function write(int $bytes): void
    {
        $this->pay(1 + intdiv($bytes, Exif::ENTRY_BYTES));
    }

    private function pay(int $steps): void
    {
        $this->left -= min($steps, $this->left + 1);
        if ($this->left < 0) {
            $this->left = 0;
            throw new Spent();
        }
    }
}
