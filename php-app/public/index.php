<?php

/**
 * The front controller: Apache sends every request here, those too that it refuses itself.
 */

declare(strict_types=1);

use ImageApp\AfterAnswer;
use ImageApp\Body;
use ImageApp\ErrorAnswer;
use ImageApp\Failures;
use ImageApp\Log;
use ImageApp\Request;
use ImageApp\Response;
use ImageApp\Router;

require __DIR__ . '/../src/autoload.php';

$id = Request::id();
Log::during($id);
Response::during($id);
$request = Request::current();
Failures::watch($request);
try {
    Body::open();
    $refused = Request::refusedByApache();
    $refused === 0 ? Router::handle($request) : ErrorAnswer::sendApaches($request, $refused);
} catch (Throwable $error) {
    Failures::report($error, $request);
}
AfterAnswer::begin();
