<?php

/**
 * What PHP itself complains of: warnings become lines of the app's log, a fatal error becomes an answer.
 */

declare(strict_types=1);

namespace ImageApp;

final class Failures
{
    /** Errors after which the script does not go on; PHP writes these to Apache's error log itself. */
    private const FATAL = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR;

    public static function watch(Request $request): void
    {
        set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
            // What `@` silences stays silent.
            if ((error_reporting() & $level) !== 0) {
                Log::warning("{$message} at {$file}:{$line}");
            }

            return true;
        });
        register_shutdown_function(static function () use ($request): void {
            if (((error_get_last()['type'] ?? 0) & self::FATAL) !== 0 && !headers_sent()) {
                header_remove();
                self::answer($request);
            }
        });
    }

    /** An exception that no handler knows of. */
    public static function report(\Throwable $error, Request $request): void
    {
        Log::error($error::class . ": {$error->getMessage()} at {$error->getFile()}:{$error->getLine()}");
        if (!headers_sent()) {
            self::answer($request);
        }
    }

    private static function answer(Request $request): void
    {
        // Half a page.
        while (ob_get_level() > 0) {
            ob_end_clean();
        }
        ErrorAnswer::send($request, new Refused(500, 'something went wrong here: try again in a moment'));
    }
}
