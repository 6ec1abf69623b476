<?php

/**
 * An upload that a rule refuses: what the client did wrong, with the HTTP status that says so.
 */

declare(strict_types=1);

namespace ImageApp;

final class UploadRefused extends \RuntimeException
{
    public function __construct(public readonly int $status, string $message)
    {
        parent::__construct($message);
    }
}
