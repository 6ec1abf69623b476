<?php

/**
 * A moment by which something has to be done, however many tries it takes.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class Deadline
{
    private float $end;

    public function __construct(float $seconds)
    {
        $this->end = hrtime(true) / 1e9 + $seconds;
    }

    /** Seconds, negative when it has passed. */
    public function left(): float
    {
        return $this->end - hrtime(true) / 1e9;
    }

    public function hasPassed(): bool
    {
        return $this->left() <= 0;
    }

    /** Waits, unless the deadline comes first: false, at once. */
    public function pause(float $seconds): bool
    {
        if ($seconds >= $this->left()) {
            return false;
        }
        usleep((int) ($seconds * 1e6));

        return true;
    }
}
