<?php

/**
 * The app's configuration, read from the environment. A wrong value is an error, never a silent default.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class Config
{
    /** Apache's LimitRequestBody (apache/apache2.conf): what is longer never reaches PHP whole. */
    private const APACHE_BODY_LIMIT = 1 << 30;

    /** Room for the boundaries and headers of a multipart body, and for small fields. */
    private const FORM_OVERHEAD = 1 << 20;

    public function __construct(
        public string $bucket,
        public string $region,
        public ?string $s3Endpoint,
        public int $maxFileBytes,
        public int $maxFiles,
    ) {
    }

    public static function fromEnvironment(): self
    {
        return new self(
            self::required('S3_BUCKET'),
            self::text('AWS_REGION') ?? self::text('AWS_DEFAULT_REGION') ?? self::required('AWS_REGION'),
            self::text('AWS_ENDPOINT_URL_S3') ?? self::text('AWS_ENDPOINT_URL'),
            self::positive('MAX_FILE_BYTES', 20 << 20),
            self::positive('MAX_FILES', 20),
        );
    }

    /**
     * The path under which a load balancer forwards to this app (`/php`), empty at the root.
     * It is apart from the rest because health checks are answered without any other setting.
     */
    public static function basePath(): string
    {
        $trimmed = trim(self::text('BASE_PATH') ?? '', '/');

        return $trimmed === '' ? '' : '/' . $trimmed;
    }

    /** No request body within the limits is longer than this. */
    public function maxBodyBytes(): int
    {
        return min($this->maxFiles * $this->maxFileBytes + self::FORM_OVERHEAD, self::APACHE_BODY_LIMIT);
    }

    private static function text(string $name): ?string
    {
        $value = getenv($name);

        return $value === false || $value === '' ? null : $value;
    }

    private static function required(string $name): string
    {
        return self::text($name)
            ?? throw new \RuntimeException("configuration: {$name} is not set; set it in the container's environment");
    }

    private static function positive(string $name, int $default): int
    {
        $value = self::text($name);
        if ($value === null) {
            return $default;
        }
        $number = filter_var($value, FILTER_VALIDATE_INT, ['options' => ['min_range' => 1]]);

        return is_int($number)
            ? $number
            : throw new \RuntimeException("configuration: {$name} is '{$value}'; it must be a whole number above 0");
    }
}
