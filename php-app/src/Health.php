<?php

/**
 * `GET /healthz` and `GET /readyz`, for the container's health check and the load balancer's.
 */

declare(strict_types=1);

namespace ImageApp;

final class Health
{
    public static function isCheck(string $path): bool
    {
        return $path === '/healthz' || $path === '/readyz';
    }

    /** Touches nothing else: a container is not replaced because S3 is away. */
    public static function alive(): void
    {
        self::pass('ok');
    }

    public static function ready(S3Client $s3): void
    {
        try {
            $s3->headBucket();
            self::pass('ready');
        } catch (S3Error $error) {
            Log::warning('readyz: ' . $error->getMessage());
            Response::text(503, 'not ready: the bucket does not answer', ['Retry-After' => '5']);
        }
    }

    /** Checks that pass are not logged (apache/apache2.conf). */
    private static function pass(string $text): void
    {
        apache_setenv('LOG_SKIP', '1');
        Response::text(200, $text);
    }
}
