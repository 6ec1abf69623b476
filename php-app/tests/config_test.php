<?php

/**
 * Settings: defaults, and that a wrong one is an error which names it.
 */

declare(strict_types=1);

use ImageApp\Config;

$error = static function (array $variables): string {
    foreach ($variables as $name => $value) {
        putenv("{$name}={$value}");
    }
    try {
        Config::check();

        return '';
    } catch (RuntimeException $error) {
        return $error->getMessage();
    } finally {
        array_map(putenv(...), array_keys($variables));
    }
};
$needed = ['S3_BUCKET' => 'b', 'AWS_REGION' => 'eu-central-1'];

$config = config();
check('defaults', [20_971_520, 20, 50_000_000, 32, 20], [
    $config->maxFileBytes, $config->maxFiles, $config->maxPixels, $config->maxUploads, $config->s3DeadlineSeconds,
]);
check('nothing else is needed', '', $error($needed));
check('empty is not set', '', $error($needed + ['MAX_FILES' => '', 'PORT' => '', 'BASE_PATH' => '']));
check('no bucket', 'S3_BUCKET is not set: set it to the bucket that holds the images', $error(['AWS_REGION' => 'r']));
check('no region', "AWS_REGION is not set: set it to the bucket's region", $error(['S3_BUCKET' => 'b']));
foreach ([
    'PORT' => 'http', 'MAX_FILES' => '0', 'MAX_FILE_BYTES' => '20MB', 'MAX_PIXELS' => '-1', 'MAX_UPLOADS' => '1.5',
    'MAX_REQUESTS_PER_SECOND' => '-1', 'S3_DEADLINE_SECONDS' => '0', 'STOP_TIMEOUT_SECONDS' => 'x',
    'BASE_PATH' => 'php', 'DRAIN_SECONDS' => '-1', 'TRUST_FORWARDED_HOST' => 'yes', 'BEHIND_TLS' => '1', 'MEMORY_MIB' => '512m',
] as $name => $value) {
    $message = $error($needed + [$name => $value]);
    check("{$name}={$value}", true, str_starts_with($message, "{$name} is \"{$value}\": set it to "));
}
check('no drain', '', $error($needed + ['DRAIN_SECONDS' => '0', 'TRUST_FORWARDED_HOST' => 'true']));
check('no limit of requests', '', $error($needed + ['MAX_REQUESTS_PER_SECOND' => '0']));
foreach (['' => '', '/' => '', '/php' => '/php', '/php/' => '/php', '/a/b' => '/a/b'] as $value => $path) {
    putenv("BASE_PATH={$value}");
    check("base path: {$value}", $path, Config::basePath());
}
putenv('BASE_PATH');
