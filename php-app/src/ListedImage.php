<?php

/**
 * An image as the bucket's listing shows it.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class ListedImage
{
    public function __construct(public string $key, public int $size, private string $lastModified)
    {
    }

    public function name(): string
    {
        return ImageUrl::name($this->key);
    }

    /** When it was stored, as `2025-11-28T16:00:00Z`; '' if the store does not say. */
    public function stored(): string
    {
        // S3 writes milliseconds, always zero.
        return preg_match('~^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z$~D', $this->lastModified, $m) === 1
            ? $m[1] . 'Z'
            : '';
    }
}
