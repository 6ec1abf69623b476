<?php

/**
 * The upload rules as pure functions: what is an image, how large, how many, and what its object is called.
 * The Rust app has the same rules; change both.
 */

declare(strict_types=1);

namespace ImageApp;

final class UploadRules
{
    /** Everything the app stores or shows lives under this prefix; the task role reaches nothing else. */
    public const PREFIX = 'uploads/';

    /** So many first bytes decide what a file is (AVIF lists its brands after the first twelve). */
    public const HEAD_BYTES = 64;

    private const MAX_NAME_BYTES = 100;

    /** Content type => file extension of the image types that the app takes. */
    private const EXTENSIONS = [
        'image/jpeg' => 'jpg',
        'image/png' => 'png',
        'image/gif' => 'gif',
        'image/webp' => 'webp',
        'image/avif' => 'avif',
    ];

    /**
     * The content type by the first bytes of a file, null if it is no image that we take.
     * Name and content type sent by the client are claims, so they do not count.
     */
    public static function contentType(string $head): ?string
    {
        return match (true) {
            str_starts_with($head, "\xFF\xD8\xFF") => 'image/jpeg',
            str_starts_with($head, "\x89PNG\r\n\x1A\n") => 'image/png',
            str_starts_with($head, 'GIF87a'), str_starts_with($head, 'GIF89a') => 'image/gif',
            str_starts_with($head, 'RIFF') && substr($head, 8, 4) === 'WEBP' => 'image/webp',
            self::isAvif($head) => 'image/avif',
            default => null,
        };
    }

    /** Whether a stored object's content type is one that a browser may be given as it is. */
    public static function isImageType(string $contentType): bool
    {
        return isset(self::EXTENSIONS[$contentType]);
    }

    /** @throws UploadRefused if an image has no bytes (400) or more than the limit (413) */
    public static function checkSize(string $name, int $bytes, int $maxBytes): void
    {
        if ($bytes === 0) {
            throw new UploadRefused(400, "{$name}: the file is empty; choose an image");
        }
        if ($bytes > $maxBytes) {
            $limit = self::readableSize($maxBytes);
            throw new UploadRefused(413, "{$name}: the file is larger than the limit of {$limit} ({$maxBytes} bytes)");
        }
    }

    /** @throws UploadRefused if there is no image at all (400) or more than the limit (413) */
    public static function checkCount(int $files, int $maxFiles): void
    {
        if ($files === 0) {
            throw new UploadRefused(400, 'no file was sent; choose an image in the field fileToUpload');
        }
        if ($files > $maxFiles) {
            throw new UploadRefused(413, "too many files in one upload; the limit is {$maxFiles}");
        }
    }

    /** The refusal of a body that is longer than any allowed number of allowed files could make it. */
    public static function bodyTooLarge(Config $config): UploadRefused
    {
        $limit = self::readableSize($config->maxFileBytes);

        return new UploadRefused(413, 'the upload as a whole is too large; the limit is '
            . "{$config->maxFiles} files of {$limit} ({$config->maxFileBytes} bytes) each");
    }

    /**
     * An id that makes the plain ascending listing of S3 come newest first: the time that is left
     * until the largest 13-digit number of milliseconds, then something random against collisions.
     */
    public static function sortableId(int $unixMillis, string $randomHex): string
    {
        return sprintf('%013d-%s', 9_999_999_999_999 - $unixMillis, $randomHex);
    }

    /** The key of an image's object: `uploads/<id>/<name>`. */
    public static function objectKey(string $id, string $safeName): string
    {
        return self::PREFIX . $id . '/' . $safeName;
    }

    /**
     * The client's file name without path, control characters and anything else that is no letter,
     * digit or one of `.-_ `; at most 100 bytes, never cut inside a character, `image.<ext>` if nothing is left.
     */
    public static function safeFileName(string $clientName, string $contentType): string
    {
        $valid = preg_match('//u', $clientName) === 1
            ? $clientName
            : (string) @iconv('UTF-8', 'UTF-8//IGNORE', $clientName);
        $base = preg_replace('~^.*[/\\\\]~s', '', $valid);
        // \p{M}: the accents of letters that a Mac sends as letter plus accent.
        $kept = preg_replace('~[^\p{L}\p{M}\p{N}._ -]~u', '', (string) $base);
        $name = trim(self::cutAtCharacter(trim((string) $kept), self::MAX_NAME_BYTES));

        return trim($name, '.') === '' ? 'image.' . (self::EXTENSIONS[$contentType] ?? 'bin') : $name;
    }

    /** A size for people: `20 MB`, `1.5 KB`. */
    public static function readableSize(int $bytes): string
    {
        foreach (['GB' => 1 << 30, 'MB' => 1 << 20, 'KB' => 1 << 10] as $unit => $size) {
            if ($bytes >= $size) {
                return rtrim(rtrim(sprintf('%.1f', $bytes / $size), '0'), '.') . ' ' . $unit;
            }
        }

        return $bytes . ' bytes';
    }

    /** An AVIF file begins with an `ftyp` box that names `avif` (or `avis`, a sequence) among its brands. */
    private static function isAvif(string $head): bool
    {
        if (strlen($head) < 12 || substr($head, 4, 4) !== 'ftyp') {
            return false;
        }
        $boxSize = unpack('N', $head)[1];
        $compatible = substr($head, 16, max(0, min($boxSize, strlen($head)) - 16));
        $brands = [substr($head, 8, 4), ...str_split($compatible, 4)];

        return array_intersect($brands, ['avif', 'avis']) !== [];
    }

    private static function cutAtCharacter(string $text, int $maxBytes): string
    {
        $end = min(strlen($text), $maxBytes);
        // A byte 10xxxxxx continues a character: step back to where the character begins.
        while ($end < strlen($text) && $end > 0 && (ord($text[$end]) & 0xC0) === 0x80) {
            $end--;
        }

        return substr($text, 0, $end);
    }
}
