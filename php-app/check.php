<?php

/**
 * Checks all settings before Apache starts: exit 1 and a line in the log if one is missing or wrong. Else it writes how
 * many processes Apache may have to the channel that entrypoint.sh reads.
 */

declare(strict_types=1);

use ImageApp\Config;
use ImageApp\Log;
use ImageApp\Workers;

require __DIR__ . '/app/src/autoload.php';

try {
    Config::check();
    $workers = Workers::ofThisContainer();
} catch (RuntimeException $error) {
    Log::error($error->getMessage());
    exit(1);
}
file_put_contents('php://fd/3', (string) $workers);
