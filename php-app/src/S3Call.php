<?php

/**
 * One call to S3, before it is signed and sent.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class S3Call
{
    /**
     * @param string                                      $key     '' is the bucket itself
     * @param array<string, string>                       $query   by name, in the order of the names (SigV4 wants that)
     * @param list<string>                                $headers all of them are signed
     * @param ?\Closure(int, array<string, string>): void $onHead  gets status and headers of an answer to pass on
     * @param ?\Closure(string): bool                     $onBody  gets its blocks; false stops the transfer
     */
    public function __construct(
        public string $method,
        public string $key = '',
        public array $query = [],
        public array $headers = [],
        public ?FileSlice $body = null,
        public ?\Closure $onHead = null,
        public ?\Closure $onBody = null,
    ) {
    }
}
