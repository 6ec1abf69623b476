<?php

/**
 * An answer of S3 while it arrives: status, headers, and the body, kept or passed on block by block.
 */

declare(strict_types=1);

namespace ImageApp;

final class S3Answer
{
    /** What a reader of objects passes on to its own client; everything else is an error of ours. */
    private const PASSED_ON = [200, 206];

    /** More than the longest listing of the page; only errors and listings are kept. */
    private const MAX_BODY_BYTES = 1 << 20;

    public int $status = 0;
    public string $body = '';

    /** The receiver wanted no more; curl reports that as a failed write. */
    public bool $stopped = false;

    /** @var array<string, string> by their names in lower case */
    public array $headers = [];

    public function __construct(private readonly S3Call $call)
    {
    }

    public function onHeaderLine(\CurlHandle $curl, string $line): int
    {
        $text = trim($line);
        if (preg_match('~^HTTP/\S+ (\d{3})~', $text, $m) === 1) {
            $this->status = (int) $m[1];
            $this->headers = [];
        } elseif (str_contains($text, ':')) {
            [$name, $value] = explode(':', $text, 2);
            $this->headers[strtolower($name)] = trim($value);
        } elseif ($text === '' && $this->isPassedOn()) {
            ($this->call->onHead)($this->status, $this->headers);
        }

        return strlen($line);
    }

    public function onBlock(\CurlHandle $curl, string $block): int
    {
        if (!$this->isPassedOn()) {
            $this->body .= $block;

            return strlen($this->body) <= self::MAX_BODY_BYTES ? strlen($block) : 0;
        }
        $this->stopped = !($this->call->onBody)($block);

        return $this->stopped ? 0 : strlen($block);
    }

    public function isPassedOn(): bool
    {
        return $this->call->onHead !== null && in_array($this->status, self::PASSED_ON, true);
    }

    /** S3's own word for what went wrong, such as AccessDenied. */
    public function errorCode(): string
    {
        return preg_match('~<Code>([A-Za-z0-9.]{1,60})</Code>~', $this->body, $m) === 1 ? $m[1] : '';
    }
}
