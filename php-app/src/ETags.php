<?php

/**
 * `If-None-Match`: the tags of what a client has (RFC 9110, section 13.1.2).
 */

declare(strict_types=1);

namespace ImageApp;

final class ETags
{
    /** Compares weakly: a proxy that compresses marks a tag as weak. */
    public static function match(string $ifNoneMatch, string $etag): bool
    {
        if (trim($ifNoneMatch) === '*') {
            return true;
        }
        // A tag may hold commas.
        preg_match_all('~(?:W/)?("[\x21\x23-\x7E\x80-\xFF]*")~', $ifNoneMatch, $m);

        return in_array(preg_replace('~^W/~', '', $etag), $m[1], true);
    }
}
