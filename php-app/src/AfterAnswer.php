<?php

/**
 * Work that the client does not wait for.
 */

declare(strict_types=1);

namespace ImageApp;

final class AfterAnswer
{
    /** @var list<\Closure(): void> */
    private static array $work = [];

    /** @param \Closure(): void $work */
    public static function run(\Closure $work): void
    {
        self::$work[] = $work;
    }

    /** The answer is complete: it said its length, so the client has it although the connection is still open. */
    public static function begin(): void
    {
        if (self::$work !== []) {
            flush();
        }
        while (($work = array_shift(self::$work)) !== null) {
            $work();
        }
    }
}
