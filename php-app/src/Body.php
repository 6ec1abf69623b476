<?php

/**
 * The body of a request.
 */

declare(strict_types=1);

namespace ImageApp;

final class Body
{
    /**
     * Nothing is read of it yet. Once it was opened, PHP does not read what was left of it when the request ends;
     * else a client that sends slowly what nobody wants would hold a worker.
     *
     * @return resource
     */
    public static function open(): mixed
    {
        $body = fopen('php://input', 'rb');

        return $body !== false
            ? $body
            : throw new \RuntimeException('request: cannot open the body; check that /tmp is writable');
    }
}
