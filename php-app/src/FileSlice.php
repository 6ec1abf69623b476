<?php

/**
 * A run of bytes within an open stream: one uploaded file inside the request body, without a copy of it.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class FileSlice
{
    private const BLOCK = 1 << 16;

    /** @param resource $stream a seekable stream */
    public function __construct(private mixed $stream, private int $offset, public int $length)
    {
    }

    /** The first bytes, fewer if the file is shorter. */
    public function head(int $bytes): string
    {
        return $this->reader()(min($bytes, $this->length));
    }

    public function sha256(): string
    {
        $this->rewind();
        $hash = hash_init('sha256');
        if (hash_update_stream($hash, $this->stream, $this->length) !== $this->length) {
            throw new \RuntimeException('uploaded file: it is shorter than when it was received');
        }

        return hash_final($hash);
    }

    /**
     * A function that gives the next bytes at each call, at most as many as asked for, '' at the end.
     *
     * @return \Closure(int): string
     */
    public function reader(): \Closure
    {
        $this->rewind();
        $left = $this->length;

        return function (int $bytes) use (&$left): string {
            $wanted = min($bytes, $left, self::BLOCK);
            $read = $wanted > 0 ? (string) fread($this->stream, $wanted) : '';
            $left -= strlen($read);

            return $read;
        };
    }

    private function rewind(): void
    {
        if (fseek($this->stream, $this->offset) !== 0) {
            throw new \RuntimeException('uploaded file: cannot go back to its first byte in the request body');
        }
    }
}
