<?php

/**
 * The image types that the app takes, and what clients call them.
 */

declare(strict_types=1);

namespace ImageApp;

final class MediaType
{
    /** Content type => file extension. */
    private const EXTENSIONS = [
        'image/jpeg' => 'jpg',
        'image/png' => 'png',
        'image/gif' => 'gif',
        'image/webp' => 'webp',
        'image/avif' => 'avif',
    ];

    private const ALIASES = [
        'image/jpg' => 'image/jpeg',
        'image/pjpeg' => 'image/jpeg',
        'image/x-png' => 'image/png',
        'image/apng' => 'image/png',
        'image/vnd.mozilla.apng' => 'image/png',
        'image/avif-sequence' => 'image/avif',
    ];

    /** What clients say of a file that they know nothing of. */
    private const NO_CLAIM = ['', 'application/octet-stream', 'binary/octet-stream'];

    /** Whether a stored object's content type is one that a browser may be given as it is. */
    public static function isImage(string $contentType): bool
    {
        return isset(self::EXTENSIONS[$contentType]);
    }

    public static function extension(string $contentType): string
    {
        return self::EXTENSIONS[$contentType];
    }

    /** Whether a client's Content-Type says nothing else than what the content is. */
    public static function agrees(string $claim, string $contentType): bool
    {
        $plain = self::plain($claim);

        return in_array($plain, self::NO_CLAIM, true) || (self::ALIASES[$plain] ?? $plain) === $contentType;
    }

    /** Without parameters, in lower case. */
    public static function plain(string $claim): string
    {
        return strtolower(trim(explode(';', $claim, 2)[0]));
    }
}
