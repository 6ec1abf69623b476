<?php

/**
 * A request that is not served: what was wrong, what to do, and the HTTP status that says so.
 */

declare(strict_types=1);

namespace ImageApp;

final class Refused extends \RuntimeException
{
    /** @param ?int $retryAfter seconds after which the same request may work */
    public function __construct(public readonly int $status, string $message, public readonly ?int $retryAfter = null)
    {
        parent::__construct($message);
    }

    public static function notFound(): self
    {
        return new self(404, 'there is nothing at this address');
    }

    public static function notAnImage(string $label): self
    {
        return new self(415, "{$label} is not an image that is taken here: send JPEG, PNG, GIF, WebP or AVIF");
    }

    /** The image store is away, slow, or does not let us in: its clients can do no more than come again. */
    public static function storeIsAway(): self
    {
        return new self(503, 'the image store does not answer as it should: try again in a moment', 5);
    }

    public static function busy(int $retryAfter): self
    {
        return new self(503, 'the server is busy: try again in a moment', $retryAfter);
    }
}
