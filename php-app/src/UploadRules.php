<?php

/**
 * The upload rules: how large, how many, what a file may claim, and what its object is called.
 * The Rust app has the same rules; change both.
 */

declare(strict_types=1);

namespace ImageApp;

use ImageApp\ImageFormat\Broken;
use ImageApp\ImageFormat\Formats;
use ImageApp\ImageFormat\Image;

final class UploadRules
{
    /** Everything the app stores or shows lives under this prefix; the task role reaches little else. */
    public const PREFIX = 'uploads/';

    /** Where the Rust app keeps the small versions. */
    public const THUMBNAILS = 'thumbnails/';

    /** What the Rust app adds to their names, by how they were made. */
    public const THUMBNAIL_VERSIONS = ['.v2', ''];

    /** Unix milliseconds stay below this until the year 2286, and have as many digits. */
    private const LATEST_MILLIS = 9_999_999_999_999;

    /** @throws Refused if a file breaks a rule; the first one that it breaks */
    public static function check(UploadedFile $file, Config $config): Image
    {
        $label = $file->label();
        if ($file->content->length === 0) {
            throw new Refused(400, "{$label} is empty: choose a file with content");
        }
        self::checkLargest($file, $config->maxFileBytes);
        $onSize = static function (string $contentType, int $width, int $height) use ($file, $config): void {
            self::checkClaim($file, $contentType);
            self::checkPixels($file->label(), $width, $height, $config->maxPixels);
        };
        try {
            return Formats::read($file->content, $onSize) ?? throw Refused::notAnImage($label);
        } catch (Broken $broken) {
            throw new Refused(400, "{$label} {$broken->getMessage()}");
        }
    }

    /** @throws Refused if a file has more bytes than the limit (413) */
    public static function checkLargest(UploadedFile $file, int $maxBytes): void
    {
        if ($file->content->length > $maxBytes) {
            $limit = Size::readable($maxBytes);
            throw new Refused(413, "{$file->label()} is larger than the limit of {$limit}: send a smaller image");
        }
    }

    /** @throws Refused if there is no image at all (400) or more than the limit (413) */
    public static function checkCount(int $files, int $maxFiles): void
    {
        if ($files === 0) {
            throw new Refused(400, 'no image was sent: choose at least one file in the field fileToUpload');
        }
        if ($files > $maxFiles) {
            throw new Refused(413, "more than {$maxFiles} files in one upload: send at most {$maxFiles} at a time");
        }
    }

    /** The refusal of a body that is longer than any allowed number of allowed files could make it. */
    public static function bodyTooLarge(Config $config): Refused
    {
        $limit = Size::readable($config->maxFileBytes);

        return new Refused(413, "the upload is larger than the limit of {$config->maxFiles} files of {$limit} each: "
            . 'send fewer images at a time');
    }

    /**
     * An id that makes the plain ascending listing of S3 come newest first: the time that is left
     * until the largest 13-digit number of milliseconds, then something random against collisions.
     */
    public static function sortableId(int $unixMillis, string $randomHex): string
    {
        return sprintf('%013d-%s', self::LATEST_MILLIS - $unixMillis, $randomHex);
    }

    /** The key of a new image: `uploads/<id>/<name>`. */
    public static function newKey(UploadedFile $file, Image $image): string
    {
        $id = self::sortableId((int) (microtime(true) * 1000), bin2hex(random_bytes(4)));
        $name = FileName::safe($file->clientName, MediaType::extension($image->contentType));

        return self::PREFIX . $id . '/' . $name;
    }

    /** Whether `<id>/<name>` can name an object: UTF-8 without empty, `.` or `..` segments and control characters. */
    public static function isPlausible(string $idAndName): bool
    {
        return preg_match('~^[^\p{Cc}]+$~Du', $idAndName) === 1
            && strlen($idAndName) <= 1000
            && array_intersect(explode('/', $idAndName), ['', '.', '..']) === [];
    }

    private static function checkClaim(UploadedFile $file, string $contentType): void
    {
        if (!MediaType::agrees($file->claimedType, $contentType)) {
            $claimed = substr(MediaType::plain($file->claimedType), 0, 100);
            throw new Refused(400, "{$file->label()} was sent as {$claimed}, but is {$contentType}: "
                . 'send it with its own type or without one');
        }
    }

    private static function checkPixels(string $label, int $width, int $height, int $maxPixels): void
    {
        if ($width * $height > $maxPixels) {
            throw new Refused(413, "{$label} has {$width} × {$height} pixels, "
                . "more than the limit of {$maxPixels}: send a smaller image");
        }
    }
}
