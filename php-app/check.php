<?php

/**
 * Checks all settings before Apache starts: exit 1 and a line in the log if one is missing or wrong.
 */

declare(strict_types=1);

use ImageApp\Config;
use ImageApp\Log;

require __DIR__ . '/app/src/autoload.php';

try {
    Config::check();
} catch (RuntimeException $error) {
    Log::error($error->getMessage());
    exit(1);
}
