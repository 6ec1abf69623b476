<?php

/**
 * A number of places that all Apache processes share: who holds one may do something, the others may not.
 * A place is a lock on a file, which the kernel releases whatever way a process ends.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class Places
{
    private const FOLDER = '/tmp/image-app-places';

    public function __construct(private string $name, private int $count)
    {
    }

    /** @return resource|null the place, held until this is closed or the request ends; null if none is free */
    public function take(): mixed
    {
        if (!is_dir(self::FOLDER)) {
            // Another process may be faster.
            @mkdir(self::FOLDER, 0700);
        }
        // Everyone begins elsewhere, so that a free place is found soon.
        $first = random_int(0, $this->count - 1);
        for ($step = 0; $step < $this->count; $step++) {
            $number = ($first + $step) % $this->count;
            $file = fopen(self::FOLDER . "/{$this->name}-{$number}", 'c');
            if ($file === false) {
                throw new \RuntimeException('places: cannot write to ' . self::FOLDER . '; make /tmp writable');
            }
            if (flock($file, LOCK_EX | LOCK_NB)) {
                return $file;
            }
            fclose($file);
        }

        return null;
    }
}
