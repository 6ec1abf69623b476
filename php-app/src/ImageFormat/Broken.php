<?php

/**
 * A file that begins like an image, but is not a whole one. The message follows the file's name.
 */

declare(strict_types=1);

namespace ImageApp\ImageFormat;

final class Broken extends \RuntimeException
{
    public static function endsEarly(): self
    {
        return new self('ends early, a part of the image is missing: send the whole file');
    }

    public static function because(string $reason): self
    {
        return new self("is a broken image, {$reason}: save it again and send that");
    }
}
