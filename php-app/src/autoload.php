<?php

/**
 * Finds this app's classes and async-aws.
 * `vendor/` is there after `composer install`; the image has the libraries from Debian's packages instead.
 */

declare(strict_types=1);

$vendor = __DIR__ . '/../vendor/autoload.php';
if (is_file($vendor)) {
    require_once $vendor;

    return;
}

spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'ImageApp\\')) {
        require __DIR__ . '/' . strtr(substr($class, strlen('ImageApp\\')), '\\', '/') . '.php';
    } elseif (preg_match('~^(AsyncAws.Core|Symfony.Component.HttpClient)\b~', $class) === 1) {
        // Debian's autoloader is long; requests that need no new credentials never read it.
        require_once '/usr/share/php/AsyncAws/Core/autoload.php';
        class_exists($class);
    }
});
