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

    /** It ends where its last data may end, but nothing marks its end. */
    public static function unended(): self
    {
        return new self('ends early, it has no end marker and a part of the image may be missing: send the whole file, '
            . 'or, if it looks whole to you, open it, save it again and send that');
    }

    public static function because(string $reason): self
    {
        return new self("is a broken image, {$reason}: save it again and send that");
    }
}
