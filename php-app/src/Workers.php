<?php

/**
 * How many processes Apache may have, so that all of them together fit into the memory of the container and its task.
 */

declare(strict_types=1);

namespace ImageApp;

final class Workers
{
    public const MOST = 128;
    public const LEAST = 4;

    private const MIB = 1 << 20;

    /** Apache's first process, what all processes share (the opcode cache among it), the shell, and some room. */
    private const BASE_MIB = 80;

    /** One process at worst: PHP's memory_limit (php/app.ini), and what Apache and curl have beside it. */
    private const EACH_MIB = 16;

    /** Kernels write a limit that is none as a number that no machine has. */
    private const NO_LIMIT = 1 << 50;

    /** The container's own limit, by either version of control groups. */
    private const LIMITS = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'];

    /** The number for this container: its limit counts, its task's (which a container cannot see), and the machine's. */
    public static function ofThisContainer(): int
    {
        $contents = static fn (string $file): string => is_readable($file) ? (string) file_get_contents($file) : '';
        $limits = array_map($contents, self::LIMITS);

        return self::fitting(self::memory($limits, Config::memoryMib(), $contents('/proc/meminfo')));
    }

    /**
     * The least of what is known, in bytes.
     *
     * @param list<string> $limits as the kernel writes them
     */
    public static function memory(array $limits, int $taskMib, string $memInfo): int
    {
        $known = [];
        foreach ($limits as $limit) {
            if (ctype_digit(trim($limit)) && (float) $limit < self::NO_LIMIT) {
                $known[] = (int) $limit;
            }
        }
        if ($taskMib > 0) {
            $known[] = $taskMib * self::MIB;
        }
        if (preg_match('~^MemTotal:\s+(\d+) kB~m', $memInfo, $m) === 1) {
            $known[] = (int) $m[1] * 1024;
        }

        return $known === [] ? self::NO_LIMIT : min($known);
    }

    public static function fitting(int $bytes): int
    {
        $fit = intdiv(intdiv($bytes, self::MIB) - self::BASE_MIB, self::EACH_MIB);

        return max(self::LEAST, min(self::MOST, $fit));
    }
}
