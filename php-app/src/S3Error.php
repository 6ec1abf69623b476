<?php

/**
 * A call that S3 refused or never answered.
 */

declare(strict_types=1);

namespace ImageApp;

final class S3Error extends \RuntimeException
{
    /** @param int $status S3's HTTP status, 0 if there was no answer */
    public function __construct(public readonly int $status, string $message, private readonly string $s3Code = '')
    {
        parent::__construct($message);
    }

    /** Whether the same call may work a moment later. */
    public function isPassing(): bool
    {
        return $this->status === 0 || $this->status === 429 || $this->status >= 500
            // S3 waited for the rest of a body.
            || $this->s3Code === 'RequestTimeout';
    }

    public function isMissingObject(): bool
    {
        return $this->status === 404 && $this->s3Code !== 'NoSuchBucket';
    }
}
