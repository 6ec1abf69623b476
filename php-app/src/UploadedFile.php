<?php

/**
 * One file of an upload as it was received: nothing in it is checked yet.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class UploadedFile
{
    /**
     * @param string $clientName the name as the client sent it
     * @param string $label      the same without a path, for messages
     */
    public function __construct(public string $clientName, public string $label, public FileSlice $content)
    {
    }
}
