<?php

/**
 * The app's own log: one JSON object a line on standard output, as Apache's access log (apache/apache2.conf).
 */

declare(strict_types=1);

namespace ImageApp;

final class Log
{
    /** A line of at most 4096 bytes is written whole, however many processes write; the rest is JSON's part. */
    private const MAX_MESSAGE_BYTES = 1200;

    private static ?string $requestId = null;

    /** Everything logged from now on belongs to this request. */
    public static function during(string $requestId): void
    {
        self::$requestId = $requestId;
    }

    public static function error(string $message): void
    {
        self::write('ERROR', $message);
    }

    public static function warning(string $message): void
    {
        self::write('WARN', $message);
    }

    private static function write(string $level, string $message): void
    {
        $line = [
            'timestamp' => (new \DateTimeImmutable('now', new \DateTimeZone('UTC')))->format('Y-m-d\TH:i:s.u\Z'),
            'level' => $level,
            'message' => substr($message, 0, self::MAX_MESSAGE_BYTES),
        ];
        if (self::$requestId !== null) {
            $line['request_id'] = self::$requestId;
        }
        $json = json_encode($line, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE);
        $output = fopen('php://stdout', 'wb');
        if ($output !== false) {
            fwrite($output, $json . "\n");
        }
    }
}
