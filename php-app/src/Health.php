<?php

/**
 * `GET /healthz` and `GET /readyz`, for the container's health check and the load balancer's.
 */

declare(strict_types=1);

namespace ImageApp;

final class Health
{
    /** Made by entrypoint.sh when it is asked to stop. */
    private const DRAINING = '/tmp/image-app-draining';

    public static function isCheck(string $path): bool
    {
        return $path === '/healthz' || $path === '/readyz';
    }

    /** Touches nothing else: a container is not replaced because S3 is away. */
    public static function alive(): void
    {
        self::pass('ok');
    }

    /**
     * The bucket answers, and the container is not about to stop. While it drains, alive() goes on passing: a load
     * balancer that is about to forget it must not take it for sick meanwhile. Whoever asks here wants to know whether
     * to send new requests.
     */
    public static function ready(S3Client $s3): void
    {
        if (file_exists(self::DRAINING)) {
            Response::text(503, 'stopping');

            return;
        }
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
