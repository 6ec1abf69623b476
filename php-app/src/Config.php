<?php

/**
 * The app's configuration, read from the environment. A wrong value is an error, never a silent default.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class Config
{
    /** What S3 takes in one call. */
    private const LARGEST_OBJECT = 5 << 30;

    /** Room for the boundaries and headers of a multipart body, and for small fields. */
    private const FORM_OVERHEAD = 1 << 20;

    public function __construct(
        public string $bucket,
        public string $region,
        public ?string $s3Endpoint,
        public int $maxFileBytes,
        public int $maxFiles,
        public int $maxPixels,
        public int $maxUploads,
        public int $s3DeadlineSeconds,
        public bool $stripLocation,
    ) {
    }

    public static function fromEnvironment(): self
    {
        return new self(
            self::required('S3_BUCKET', 'the bucket that holds the images'),
            self::text('AWS_REGION') ?? self::text('AWS_DEFAULT_REGION')
                ?? self::required('AWS_REGION', "the bucket's region"),
            self::text('AWS_ENDPOINT_URL_S3') ?? self::text('AWS_ENDPOINT_URL'),
            self::number('MAX_FILE_BYTES', 20 << 20, 1, self::LARGEST_OBJECT),
            self::number('MAX_FILES', 20, 1, 1000),
            self::number('MAX_PIXELS', 50_000_000, 1),
            self::number('MAX_UPLOADS', 32, 1),
            self::number('S3_DEADLINE_SECONDS', 20, 1, 3600),
            self::flag('STRIP_LOCATION'),
        );
    }

    /** Reads everything once, so that a container with a wrong setting does not start. */
    public static function check(): void
    {
        self::fromEnvironment();
        self::basePath();
        self::maxRequestsPerSecond();
        self::number('PORT', 80, 1, 65535);
        self::number('STOP_TIMEOUT_SECONDS', 25, 1, 3600);
        self::number('DRAIN_SECONDS', 10, 0, 3600);
        self::trustsForwardedHost();
        self::isBehindTls();
        self::memoryMib();
    }

    /**
     * The path under which a load balancer forwards to this app (`/php`), empty at the root.
     * It is apart from the rest because health checks are answered without any other setting.
     */
    public static function basePath(): string
    {
        $value = self::text('BASE_PATH') ?? '';
        $path = rtrim($value, '/');

        return preg_match('~^(?:/[A-Za-z0-9._\~-]+)*$~D', $path) === 1
            ? $path
            : throw self::invalid('BASE_PATH', $value, 'a path prefix such as /php, or leave it unset');
    }

    /** Whether `X-Forwarded-Host` and `X-Forwarded-Proto` are what the browser asked for. */
    public static function trustsForwardedHost(): bool
    {
        return self::flag('TRUST_FORWARDED_HOST');
    }

    /** Whether browsers come by HTTPS alone, which ends before the app. */
    public static function isBehindTls(): bool
    {
        return self::flag('BEHIND_TLS');
    }

    /** What the task may use, where the container's own limit does not say it; 0 is not known. */
    public static function memoryMib(): int
    {
        return self::number('MEMORY_MIB', 0, 0);
    }

    /** How many processes Apache has (entrypoint.sh). */
    public static function workers(): int
    {
        return self::number('APACHE_WORKERS', Workers::MOST, Workers::LEAST, Workers::MOST);
    }

    /** 0 is no limit. */
    public static function maxRequestsPerSecond(): int
    {
        return self::number('MAX_REQUESTS_PER_SECOND', 0, 0);
    }

    /** No request body within the limits is longer than this. */
    public function maxBodyBytes(): int
    {
        return $this->maxFiles * $this->maxFileBytes + self::FORM_OVERHEAD;
    }

    private static function text(string $name): ?string
    {
        $value = getenv($name);

        return $value === false || $value === '' ? null : $value;
    }

    private static function required(string $name, string $wanted): string
    {
        return self::text($name) ?? throw new \RuntimeException("{$name} is not set: set it to {$wanted}");
    }

    private static function number(string $name, int $default, int $least, int $most = 1 << 50): int
    {
        $value = self::text($name);
        if ($value === null) {
            return $default;
        }
        $range = ['options' => ['min_range' => $least, 'max_range' => $most]];
        $number = filter_var($value, FILTER_VALIDATE_INT, $range);

        return is_int($number)
            ? $number
            : throw self::invalid($name, $value, "a whole number from {$least} to {$most}");
    }

    /** Off unless it is switched on. */
    private static function flag(string $name): bool
    {
        return match ($value = self::text($name)) {
            null, 'false' => false,
            'true' => true,
            default => throw self::invalid($name, $value, 'true or false'),
        };
    }

    private static function invalid(string $name, string $value, string $wanted): \RuntimeException
    {
        return new \RuntimeException("{$name} is \"{$value}\": set it to {$wanted}");
    }
}
