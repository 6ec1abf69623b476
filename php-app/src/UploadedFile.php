<?php

/**
 * One file of an upload as it was received: nothing in it is checked yet.
 */

declare(strict_types=1);

namespace ImageApp;

use ImageApp\Location\Strip;

final readonly class UploadedFile
{
    private const LONGEST_LABEL = 200;

    /**
     * @param string $clientName  the name as the client sent it
     * @param string $claimedType the Content-Type as the client sent it, '' if there was none
     */
    public function __construct(public string $clientName, public string $claimedType, public FileSlice $content)
    {
    }

    /** The same file without the position where it was taken. */
    public function withoutLocation(string $contentType): self
    {
        return new self($this->clientName, $this->claimedType, Strip::from($this->content, $contentType));
    }

    /** The name without a path, for messages. */
    public function label(): string
    {
        $name = substr(basename(strtr($this->clientName, '\\', '/')), 0, self::LONGEST_LABEL);

        return $name === '' ? 'the file' : "\"{$name}\"";
    }
}
