<?php

/**
 * The front controller: Apache sends every request here.
 */

declare(strict_types=1);

use ImageApp\Config;
use ImageApp\Request;
use ImageApp\Router;

require __DIR__ . '/../src/autoload.php';

$request = Request::current();
try {
    Router::handle($request, Config::basePath());
} catch (Throwable $error) {
    error_log($error::class . ': ' . $error->getMessage() . ' at ' . $error->getFile() . ':' . $error->getLine());
    if (!headers_sent()) {
        Router::refuse($request, 500, 'the app failed on this request; its log says why');
    }
}
