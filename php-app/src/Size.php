<?php

/**
 * Sizes for people, as the Rust app and the page's script write them.
 */

declare(strict_types=1);

namespace ImageApp;

final class Size
{
    /** `20 MiB`, `1.5 KiB`, `7 bytes`. */
    public static function readable(int $bytes): string
    {
        foreach (['GiB' => 30, 'MiB' => 20, 'KiB' => 10] as $unit => $power) {
            if ($bytes >= 1 << $power) {
                // Cut, not rounded: what is below a limit is never written as the limit.
                $tenths = ($bytes >> $power) * 10 + ((($bytes & ((1 << $power) - 1)) * 10) >> $power);
                $fraction = $tenths % 10 === 0 ? '' : '.' . $tenths % 10;

                return intdiv($tenths, 10) . $fraction . ' ' . $unit;
            }
        }

        return $bytes . ' bytes';
    }
}
