<?php

/**
 * A run of bytes within an open stream: one uploaded file inside the request body, without a copy of it.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class FileSlice
{
    public const BLOCK = 1 << 16;

    /** @param resource $stream a seekable stream */
    public function __construct(
        private mixed $stream,
        private int $offset,
        public int $length,
        private ?Edits $edits = null,
    ) {
    }

    /** The same file with some bytes changed; its length stays. */
    public function with(Edits $edits): self
    {
        return new self($this->stream, $this->offset, $this->length, $edits);
    }

    /** The bytes from an offset on; fewer where the file ends. */
    public function at(int $offset, int $bytes): string
    {
        $bytes = min($bytes, $this->length - $offset);
        if ($bytes <= 0) {
            return '';
        }
        $this->seek($offset);
        $read = '';
        // One fread gives no more than the stream's chunk.
        while (strlen($read) < $bytes) {
            $more = fread($this->stream, $bytes - strlen($read));
            if ($more === false || $more === '') {
                throw self::shorter();
            }
            $read .= $more;
        }

        return $this->edits?->in($offset, $read) ?? $read;
    }

    public function sha256(): string
    {
        $hash = hash_init('sha256');
        for ($offset = 0; $offset < $this->length; $offset += self::BLOCK) {
            hash_update($hash, $this->at($offset, self::BLOCK));
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
        $offset = 0;

        return function (int $bytes) use (&$offset): string {
            $read = $this->at($offset, min($bytes, self::BLOCK));
            $offset += strlen($read);

            return $read;
        };
    }

    private function seek(int $offset): void
    {
        if (fseek($this->stream, $this->offset + $offset) !== 0) {
            throw self::shorter();
        }
    }

    private static function shorter(): \RuntimeException
    {
        return new \RuntimeException('uploaded file: it is shorter than when it was received; check the space in /tmp');
    }
}
